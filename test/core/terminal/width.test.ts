import { widthOf } from '../../../core/terminal/width.ts';

describe('The width of an output', () => {
  it.each([
    ['is what a terminal reports', 80, 80],
    ['is not known where a terminal reports 0', 0, undefined],
  ])('%s', (_, columns, width) => expect(widthOf({ columns })).toBe(width));

  it('is not known without a terminal', () => expect(widthOf({})).toBeUndefined());
});
