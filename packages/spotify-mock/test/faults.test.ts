import {
  DEFAULT_FAULT_KINDS,
  FAULT_KINDS,
  type FaultPlan,
  randomFaultPlan,
  readFaultPlan,
} from '../src/faults.ts';
import { cleanUpAfterEach, givenFile } from './fixtures.ts';

cleanUpAfterEach();

const plansOf = (count: number) =>
  Array.from({ length: count }, (_, index) => randomFaultPlan(index + 1));

describe('A random fault plan', () => {
  it('is the same for the same seed', () => {
    expect(plansOf(20)).toEqual(plansOf(20));
    expect(new Set(plansOf(20).map((plan) => JSON.stringify(plan.faults))).size).toBe(20);
  });

  it('holds one to five faults, and every kind occurs in fifty plans', () => {
    const plans = plansOf(50);
    const sizes = new Set(plans.map((plan) => plan.faults.length));
    expect([...sizes].sort()).toEqual([1, 2, 3, 4, 5]);
    const kinds = new Set(plans.flatMap((plan) => plan.faults.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual([...DEFAULT_FAULT_KINDS].sort());
  });

  it("can be made of all kinds, the token's endpoint included", () => {
    const plans = Array.from({ length: 200 }, (_, seed) =>
      randomFaultPlan(seed, { kinds: FAULT_KINDS, tokens: true }),
    );
    for (const plan of plans) expect(readFaultPlan(givenFile(JSON.stringify(plan)))).toEqual(plan);
    const faults = plans.flatMap((plan) => plan.faults);
    expect([...new Set(faults.map(({ kind }) => kind))].sort()).toEqual([...FAULT_KINDS].sort());
    const ofToken = faults.filter(({ endpoint }) => endpoint === 'token').map(({ kind }) => kind);
    expect(new Set(ofToken).size).toBeGreaterThan(6);
  });

  it('lasts longer than three retries now and then', () => {
    const times = plansOf(50).flatMap((plan) => plan.faults.map((fault) => fault.times));
    expect(times.some((count) => count > 3)).toBe(true);
    expect(times.filter((count) => count <= 3).length).toBeGreaterThan(times.length / 2);
  });

  it('is read behind a byte order mark', () => {
    const plan = randomFaultPlan(1);
    expect(readFaultPlan(givenFile(`\ufeff${JSON.stringify(plan)}`))).toEqual(plan);
  });

  it('can be written to a file and read back', () => {
    const file = plansOf(50).map((plan) => givenFile(JSON.stringify(plan)));
    expect(file.map(readFaultPlan)).toEqual(plansOf(50));
  });
});

describe('Reading a fault plan', () => {
  const fault = { kind: 'bad-gateway', endpoint: 'listing', at: 0, times: 1 };
  const read = (plan: unknown): FaultPlan => readFaultPlan(givenFile(JSON.stringify(plan)));

  it.each([
    [
      'an unknown kind',
      { ...fault, kind: 'bad-gatway' },
      /faults\[0\]\.kind: There is no kind 'bad-gatway': did you mean 'bad-gateway'\?;/,
    ],
    ['a field misspelt', { ...fault, time: 2 }, /faults\[0\]: Unrecognized key: "time"/],
    ['a negative request', { ...fault, at: -1 }, /faults\[0\]\.at: .*>=0/],
    [
      'fields misspelt',
      { ...fault, tims: 1, ednpoint: 1 },
      /"tims" \(did you mean "times"\?\), "ednp/,
    ],
    [
      'a missing field under another name',
      { ...fault, kind: 'rate-limit', retryAftr: 1 },
      /faults\[0\]: Unrecognized key: "retryAftr" \(did you mean "retryAfter"\?\) \(and 1 more\);/,
    ],
    ['a long delay', { ...fault, kind: 'slow', delayMs: 3e9 }, /faults\[0\]\.delayMs: .*<=900000/],
    ['a body of weeks', { ...fault, kind: 'slow-body', ms: 3e9 }, /faults\[0\]\.ms: .*<=900000/],
    ['a missing argument', { ...fault, kind: 'slow' }, /faults\[0\]\.delayMs: /],
  ])('says in one line where %s stands', (_, wrong, message) => {
    expect(() => read({ seed: 1, faults: [wrong] })).toThrow(message);
    expect(() => read({ seed: 1, faults: [wrong] })).toThrow(/^[^\n]+; expected a fault plan/);
  });
});
