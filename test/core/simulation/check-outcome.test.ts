import { defaultNames, scopeOf, streamNameOf } from '../../../core/names.ts';
import { createOutcomeCheck } from '../../../core/simulation/check-outcome.ts';
import { generateEvents } from '../../../core/simulation/generate-events.ts';
import { enriched } from './fixtures.ts';

const NAMES = defaultNames('dev');
const scopeIn = (stream: string) => scopeOf(streamNameOf(stream, NAMES), NAMES);

const simulated = [...generateEvents({ seed: 5, count: 500, malformed: 5, duplicates: 5 })];
const expected = simulated.map((event) => event.expected);

/** What enrichment makes of them, each with its id; rejected ones are left out. */
const passed = simulated.flatMap(({ data }, i) => {
  const result = enriched(data, `0-${1_000 + i}`);
  return 'reason' in result ? [] : [result];
});
const usa = passed.filter(({ segment }) => segment === 'usa').map(({ data }) => data);

function check(stream: string, arrived: readonly Buffer[]) {
  const outcome = createOutcomeCheck(expected, scopeIn(stream));
  for (const [i, data] of arrived.entries()) {
    outcome.take({ data, shardId: 'shardId-000000000000', sequenceNumber: `${i}`, part: 0 });
  }
  return { ...outcome.report(), isComplete: outcome.isComplete() };
}

/** The counts that are not 0. */
const findings = ({ lost, unexpected, wrong, disordered, repeated }: ReturnType<typeof check>) =>
  Object.fromEntries(
    Object.entries({ lost, unexpected, wrong, disordered, repeated })
      .map(([kind, { count }]) => [kind, count])
      .filter(([, count]) => count !== 0),
  );

const changed = (data: Buffer, from: string | RegExp, to: string): Buffer =>
  Buffer.from(data.toString().replace(from, to));

describe('the check of an outcome', () => {
  it.each([
    ['sessions', simulated.map(({ data }) => data)],
    ['sessions-enriched', passed.map(({ data }) => data)],
    ['tributary-dev-sessions-usa', usa],
  ])('finds nothing wrong in %s when all is as it should be', (stream, arrived) => {
    const report = check(stream, arrived);
    expect(report).toMatchObject({ expected: arrived.length, arrived: arrived.length });
    expect(report).toMatchObject({ isMet: true, isComplete: true });
    expect(findings(report)).toEqual({});
  });

  it('finds what is lost', () => {
    const report = check('sessions-usa', usa.slice(2));
    expect(findings(report)).toEqual({ lost: 2 });
    expect(report).toMatchObject({ isMet: false, isComplete: false });
  });

  it('finds a copy that is lost, though the other one came', () => {
    const copy = simulated.findIndex(({ isCopy, expected: e }) => isCopy && 'segment' in e);
    const report = check(
      'sessions',
      simulated.filter((_, i) => i !== copy).map(({ data }) => data),
    );
    expect(findings(report)).toEqual({ lost: 1 });
  });

  it('finds an event of another segment, and one that was never sent', () => {
    const other = passed.find(({ segment }) => segment === 'international')?.data as Buffer;
    const stranger = Buffer.from('{"session_id":"x","event_id":"0-1"}');
    expect(findings(check('sessions-usa', [...usa, other, stranger]))).toEqual({ unexpected: 2 });
  });

  it('finds an event in which any byte has changed', () => {
    const [first, ...rest] = usa as [Buffer, ...Buffer[]];
    const report = check('sessions-usa', [changed(first, '"city"', '"City"'), ...rest]);
    expect(findings(report)).toEqual({ lost: 1, unexpected: 1 });
  });

  it('counts an event id that is delivered twice, which is allowed', () => {
    const report = check('sessions-usa', [...usa, usa[0] as Buffer, usa[1] as Buffer]);
    expect(findings(report)).toEqual({ repeated: 2 });
    expect(report.isMet).toBe(true);
  });

  it('counts an event that was stored more often than it was sent, which is allowed', () => {
    const again = changed(usa[0] as Buffer, /"event_id":"0-\d+"/, '"event_id":"0-9"');
    const report = check('sessions-usa', [...usa, again]);
    expect(findings(report)).toEqual({ repeated: 1 });
    expect(report.isMet).toBe(true);
  });

  it.each([
    ['overall_product_quantity', /("overall_product_quantity":)/, '$11'],
    ['overall_in_shopping_cart', /("overall_in_shopping_cart":)/, '$11'],
    ['total_different_products', /("total_different_products":)/, '$11'],
    ['processing_timestamp', /("processing_timestamp":")[^"]*/, '$1yesterday'],
    ['segment', /("segment":")usa/, '$1international'],
    ['event_id', /("event_id":")[^"]*/, '$1none'],
  ])('finds a wrong %s', (field, from, to) => {
    const [first, ...rest] = usa as [Buffer, ...Buffer[]];
    const report = check('sessions-usa', [changed(first, from, to), ...rest]);
    expect(findings(report)).toEqual({ wrong: 1 });
    expect(report.wrong.first[0]).toContain(field);
  });

  it('finds an event that was overtaken by a later one of its session', () => {
    const hot = [...generateEvents({ seed: 2, count: 50, hotKey: 100 })];
    const outcome = createOutcomeCheck(
      hot.map((event) => event.expected),
      scopeIn('sessions'),
    );
    const order = [1, 0, ...Array.from({ length: 48 }, (_, i) => i + 2)];
    for (const i of order) {
      const { data } = hot[i] as (typeof hot)[number];
      outcome.take({ data, shardId: 's', sequenceNumber: `${i}`, part: 0 });
    }
    expect(outcome.report()).toMatchObject({ disordered: { count: 1 }, lost: { count: 0 } });
  });

  it('allows a late copy with the same event id', () => {
    expect(findings(check('sessions-usa', [...usa, ...usa]))).toEqual({ repeated: usa.length });
  });
});
