import { isDeepStrictEqual } from 'node:util';
import { REASONS } from '../../../core/sessions/reasons.ts';
import { SEGMENTS, type Segment } from '../../../core/sessions/segments.ts';
import { digestOf } from '../../../core/simulation/expected-event.ts';
import {
  generateEvents,
  type SimulationOptions,
} from '../../../core/simulation/generate-events.ts';
import { SPOILT_REASONS } from '../../../core/simulation/spoil-event.ts';
import { expectedOf } from './fixtures.ts';

const given = (options: Partial<SimulationOptions> = {}) => [
  ...generateEvents({ seed: 1, count: 2_000, ...options }),
];

describe('simulated events', () => {
  it('are the same bytes for the same seed, and others for another', () => {
    const digest = (seed: number) =>
      digestOf(Buffer.concat(given({ seed, malformed: 2 }).map(({ data }) => data)));
    expect(digest(7)).toBe(digest(7));
    expect(digest(7)).not.toBe(digest(8));
  });

  it('become what they say they become, whatever is wrong with them', () => {
    const events = given({ count: 8_000, malformed: 30, noCountry: 5, duplicates: 5, hotKey: 5 });
    const mistaken = events.filter(
      ({ data, expected }) => !isDeepStrictEqual(expectedOf(data, expected), expected),
    );
    expect(mistaken).toEqual([]);
    const reasons = new Set(
      events.flatMap(({ expected }) => ('reason' in expected ? [expected.reason] : [])),
    );
    expect([...reasons].sort()).toEqual([...SPOILT_REASONS, 'missing-country'].sort());
    // What no small event can be.
    expect(Object.keys(REASONS).filter((reason) => !reasons.has(reason))).toEqual(['too-large']);
  });

  it('follow from the segments: each gets events, of countries that no place was in before, too', () => {
    const segments = [
      { name: 'eu', countries: ['Germany', 'Poland', 'Malta'] },
      ...SEGMENTS,
    ] satisfies Segment[];
    const events = given({ segments });
    expect(
      events.filter(
        ({ data, expected }) => !isDeepStrictEqual(expectedOf(data, expected, segments), expected),
      ),
    ).toEqual([]);
    const names = new Set(events.map(({ expected }) => 'segment' in expected && expected.segment));
    expect([...names].sort()).toEqual(['eu', 'international', 'usa']);
    expect(events.some(({ data }) => data.includes('"Malta"'))).toBe(true);
  });

  it('keep to the given shares', () => {
    const events = given({ count: 10_000, malformed: 1, noCountry: 2, duplicates: 3, hotKey: 10 });
    const share = (filter: (event: (typeof events)[number]) => boolean) =>
      (100 * events.filter(filter).length) / events.length;
    const isMissing = ({ expected }: (typeof events)[number]) =>
      'reason' in expected && expected.reason === 'missing-country';
    expect(share(({ isCopy }) => isCopy)).toBeCloseTo(3, 0);
    expect(share(isMissing)).toBeCloseTo(2, 0);
    expect(share((event) => 'reason' in event.expected && !isMissing(event))).toBeCloseTo(1, 0);
    expect(share(({ partitionKey }) => partitionKey === 'sim1-hot')).toBeGreaterThan(9);
  });

  it('are all good and all different when nothing is asked for', () => {
    const events = given();
    expect(events.every(({ expected }) => 'segment' in expected)).toBe(true);
    expect(new Set(events.map(({ expected }) => expected.digest)).size).toBe(events.length);
  });

  it('come in the spellings of the field', () => {
    const texts = given().map(({ data }) => data.toString());
    const some = (pattern: RegExp) => texts.filter((text) => pattern.test(text)).length;
    expect(some(/"session_id": "/)).toBeGreaterThan(100); // Python
    expect(some(/\\u[0-9a-f]{4}/)).toBeGreaterThan(50);
    expect(some(/[ãü東]/)).toBeGreaterThan(100);
    expect(some(/"browse_history"/)).toBeGreaterThan(100);
    expect(some(/"quantity": ?"\d+"/)).toBeGreaterThan(100);
    expect(some(/\n$/)).toBeGreaterThan(50);
  });

  it('belong to many sessions at once, some with many events', () => {
    const sessions = Map.groupBy(given({ count: 10_000 }), ({ partitionKey }) => partitionKey);
    const lengths = [...sessions.values()].map(({ length }) => length).sort((a, b) => b - a);
    expect(lengths.length).toBeGreaterThan(1_000);
    expect(lengths[0]).toBeGreaterThan(20);
  });
});
