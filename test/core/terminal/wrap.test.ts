import { fitLines } from '../../../core/terminal/wrap.ts';

describe('fitLines', () => {
  it('breaks only lines that are too wide, between words', () => {
    const text = 'error: one two three four\n\nLINE 1:  SELECT  x\n                 ^';
    expect(fitLines(text, 18)).toBe(
      'error: one two\nthree four\n\nLINE 1:  SELECT  x\n                 ^',
    );
  });

  it('changes nothing without a terminal', () => {
    const text = `error: ${'word '.repeat(100)}`;
    expect(fitLines(text, undefined)).toBe(text);
  });
});
