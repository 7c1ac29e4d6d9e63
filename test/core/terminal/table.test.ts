import { renderTable } from '../../../core/terminal/table.ts';

describe('A table', () => {
  it('has numbers to the right, text to the left, and nothing for null', () => {
    const text = renderTable(
      ['name', 'n'],
      [
        ['Ærø', 7],
        [null, '1234.5'],
      ],
    );
    const lines = text.split('\n').filter((line) => /[│|]/.test(line));
    expect(lines.map((line) => line.split(/[│|]/).slice(1, -1))).toEqual([
      [' name ', '      n '],
      [' Ærø  ', '      7 '],
      ['      ', ' 1234.5 '],
    ]);
  });

  it('without rows shows its columns', () => {
    expect(renderTable(['id', 'name'], [])).toMatch(/ id .* name /);
  });
});
