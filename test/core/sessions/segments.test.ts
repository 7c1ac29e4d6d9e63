import { createSegmentOf, SEGMENTS } from '../../../core/sessions/segments.ts';

describe('The segments', () => {
  it('are the USA and, for every other country, international', () => {
    const segmentOf = createSegmentOf(SEGMENTS);
    expect(['USA', 'Brazil', 'U.S.A.', 'usa', '__proto__'].map(segmentOf)).toEqual([
      'usa',
      'international',
      'international',
      'international',
      'international',
    ]);
  });

  it('may be more, each with several countries', () => {
    const dach = { name: 'dach', countries: ['Germany', 'Austria', 'Switzerland'] };
    const segmentOf = createSegmentOf([dach, ...SEGMENTS]);
    expect(['Austria', 'USA', 'France'].map(segmentOf)).toEqual(['dach', 'usa', 'international']);
  });

  it.each([
    ['nobody takes the rest', [{ name: 'usa', countries: ['USA'] }], /take the rest/],
    [
      'two take the rest',
      [
        { name: 'a', countries: 'rest' },
        { name: 'b', countries: 'rest' },
      ],
      /take the rest/,
    ],
    [
      'a country is in two',
      [{ name: 'a', countries: ['X'] }, { name: 'b', countries: ['X'] }, ...SEGMENTS],
      /"X" is in two segments, a and b/,
    ],
    ['two have the same name', [{ name: 'usa', countries: ['X'] }, ...SEGMENTS], /same name/],
    ['a name would need escapes in JSON', [{ name: 'a"b', countries: 'rest' }], /a-z/],
    ['a name would make a bad logical id', [{ name: 'a--b', countries: 'rest' }], /single -/],
    ['a name would make a bad bucket name', [{ name: 'a-', countries: 'rest' }], /single -/],
    ['a name is the enriched stream', [{ name: 'enriched', countries: 'rest' }], /already/],
    ['a name is the rejected events', [{ name: 'rejected', countries: 'rest' }], /already/],
    [
      'two names make the same logical ids',
      [{ name: 'eu-1', countries: ['X'] }, { name: 'eu1', countries: ['Y'] }, ...SEGMENTS],
      /"eu-1" and "eu1": the names differ by dashes alone/,
    ],
    [
      'a name is too long for a bucket',
      [{ name: 'a'.repeat(21), countries: 'rest' }],
      /20 characters at most/,
    ],
  ] as const)('are refused in one line when %s', (_, segments, message) => {
    expect(() => createSegmentOf(segments)).toThrow(message);
    expect(() => createSegmentOf(segments)).not.toThrow(/\n/);
  });
});
