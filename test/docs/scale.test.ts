import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scaleTo, tableOf } from '../../bench/scale/model.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/scale.md'), 'utf8');

describe('The page on scale', () => {
  it.each([100, 1_000, 10_000, 100_000, 1_000_000])(
    'holds the row that bench:scale prints for %i events a second',
    async (eventsPerSecond) => {
      const [, , row = ''] = tableOf([await scaleTo(eventsPerSecond)]).split('\n');
      // The last digits of a compressed size may differ between versions of zstd: columns that do not.
      const columns = (line: string) => line.split(' | ').filter((_, i) => i !== 9);
      const rows = page.split('\n').map((line) => columns(line).join());
      expect(rows).toContain(columns(row).join());
    },
  );

  it('is about a model that says what is met first', async () => {
    expect((await scaleTo(1_000_000)).firstLimit).toMatch(/^Lambda concurrency/);
    expect((await scaleTo(100)).firstLimit).toMatch(/^none/);
  });
});
