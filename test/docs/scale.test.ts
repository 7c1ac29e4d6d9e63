import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scaleTo, tableOf } from '../../bench/scale/model.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/scale.md'), 'utf8');

describe('The page on scale', () => {
  it.each([100, 1_000, 10_000, 100_000, 1_000_000])(
    'holds the row that bench:scale prints for %i events a second',
    async (eventsPerSecond) => {
      const [, , row = ''] = tableOf([await scaleTo(eventsPerSecond)]).split('\n');
      // The last digits of a compressed size may differ between versions of zlib: columns that do not.
      const columns = (line: string) => line.split(' | ').filter((_, i) => i !== 9);
      const rows = page.split('\n').map((line) => columns(line).join());
      expect(rows).toContain(columns(row).join());
    },
  );

  it('names the load at which the quota is met, the same from any load below it', async () => {
    const [a, b] = await Promise.all([scaleTo(10_000), scaleTo(100_000)]);
    expect(a.firstLimit).toBe(b.firstLimit);
    const at = Number(/above ([\d,]+)/.exec(a.firstLimit)?.[1]?.replaceAll(',', ''));
    const [below, above] = await Promise.all([scaleTo(at), scaleTo(at + 20_000)]);
    expect(below.concurrency.most).toBeLessThanOrEqual(1_000);
    expect(above.concurrency.most).toBeGreaterThan(1_000);
  });

  it('is about a model that says what is met first', async () => {
    expect((await scaleTo(1_000_000)).firstLimit).toMatch(/^Lambda concurrency/);
    expect((await scaleTo(100)).firstLimit).toMatch(/^none/);
  });
});
