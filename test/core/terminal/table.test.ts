import stringWidth from 'string-width';
import { renderTable, renderVertical } from '../../../core/terminal/table.ts';

const COLUMNS = ['run_id', 'status', 'n', 'cause'];
const ROWS = [
  ['local-20261122040636123', 'FAILED', 7, 'Spotify does not know the client id and secret'],
  ['local-20261122040701001', 'COMPLETE', 1234.5, null],
];

const widthOf = (text: string) => Math.max(...text.split('\n').map(stringWidth));
const words = (text: string) =>
  text
    .split(/[\s─]+/)
    .filter(Boolean)
    .sort();

describe('a table', () => {
  it('aligns numbers to the right and text to the left, and leaves null empty', () => {
    const rows = [
      ['Ærø', 7],
      ['東京', null],
      [null, '1234.5'],
    ];
    expect(renderTable(['name', 'n'], rows).split('\n')).toEqual([
      'name       n',
      '────────────',
      'Ærø        7',
      '東京',
      '      1234.5',
    ]);
  });

  it('escapes control characters, so that no event commands the terminal', () => {
    const rows = [['a\u0000b\u001b[2J\u009b1A\tc\r', 1]];
    const shown = 'a\\u0000b\\u001b[2J\\u009b1A\\u0009c\\u000d';
    expect(renderTable(['name', 'n'], rows)).toContain(shown);
    expect(renderVertical(['name', 'n'], rows)).toContain(shown);
  });

  it('shows values of a megabyte in seconds, without a terminal too', () => {
    const rows = [['x'.repeat(1_000_000), 1], ...Array.from({ length: 50 }, (_, i) => ['a', i])];
    const start = performance.now();
    const text = renderTable(['city', 'n'], rows);
    // It took minutes; a busy machine takes two seconds now.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(text.length).toBeLessThan(1_100_000);
  });

  it('shows its columns without rows', () => {
    expect(renderTable(['id', 'name'], [])).toBe('id  name');
  });

  it.each([120, 80, 60])('fits a terminal of %i columns and breaks no word', (width) => {
    const text = renderTable(COLUMNS, ROWS, { width });
    expect(widthOf(text)).toBeLessThanOrEqual(width);
    expect(words(text)).toEqual(words(renderTable(COLUMNS, ROWS)));
    expect(text).toMatch(/^run_id +status +n +cause\n/);
  });

  it('is vertical where its words are too wide', () => {
    const text = renderTable(COLUMNS, ROWS, { width: 40 });
    expect(text).toBe(renderVertical(COLUMNS, ROWS, { width: 40 }));
    expect(widthOf(text)).toBeLessThanOrEqual(40);
  });
});

describe('vertical rows', () => {
  it('have a line for each column, wrapped between words', () => {
    expect(renderVertical(COLUMNS, ROWS, { width: 40 }).split('\n')).toEqual([
      '── 1 ───',
      'run_id  local-20261122040636123',
      'status  FAILED',
      'n       7',
      'cause   Spotify does not know the client',
      '        id and secret',
      '── 2 ───',
      'run_id  local-20261122040701001',
      'status  COMPLETE',
      'n       1234.5',
      'cause',
    ]);
  });
});
