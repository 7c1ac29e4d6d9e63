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
  ] as const)('are refused when %s', (_, segments, message) => {
    expect(() => createSegmentOf(segments)).toThrow(message);
  });
});
