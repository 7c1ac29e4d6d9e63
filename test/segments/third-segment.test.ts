import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const ONE_LINE = "  { name: 'eu', countries: ['Germany', 'Poland'] },\n";

/** A copy of the sources with one line more in core/sessions/segments.ts. */
function copyWithThirdSegment(): string {
  const copy = mkdtempSync(join(tmpdir(), 'tributary-segment-'));
  const isSource = (name: string) => !name.startsWith('.') && name !== 'node_modules';
  for (const name of readdirSync(root).filter(isSource)) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // What V8 compiles is kept for the next copy.
  const compiled = join(root, '.local/compiled-copies');
  for (const folder of [compiled, join(copy, '.local')]) mkdirSync(folder, { recursive: true });
  symlinkSync(compiled, join(copy, '.local/compiled'), 'junction');
  const file = join(copy, 'core/sessions/segments.ts');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/(SEGMENTS: readonly Segment\[\] = \[\n)/, `$1${ONE_LINE}`);
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
  return copy;
}

describe('a third segment, which is one line', () => {
  const copy = copyWithThirdSegment();
  afterAll(() => rmSync(copy, { recursive: true }));
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: copy,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        NODE_COMPILE_CACHE: join(copy, '.local/compiled'),
        NODE_COMPILE_CACHE_PORTABLE: '1',
      },
    });
    return { status, stdout, stderr };
  };
  const query = (...args: string[]): Record<string, unknown>[] => {
    const { status, stdout, stderr } = run('cli/main.ts', 'query', '--format', 'ndjson', ...args);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^\d+ rows?(, .+ scanned)?\n$/),
    });
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  const kept = (name: string) => query('--file', `queries/${name}.sql`);

  it('balances the ledger of npm start', () => {
    const { status, stdout, stderr } = run('local/main.ts', '--albums', '2', '--sessions', '400');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/ 400 sent: eu \d\d+, usa \d\d+, international \d\d+, rejected \d+;/);
  }, 120_000);

  it('is in every query of sessions', () => {
    const names = readdirSync(join(root, 'queries')).filter((name) => /^session-/.test(name));
    expect(names.sort()).toEqual([
      'session-products-left-in-carts.sql',
      'session-quantity-by-country.sql',
      'session-rejected-events.sql', // of no segment
      'session-repeated-events.sql',
    ]);
    const tables = ['eu', 'usa', 'international'].map(
      (segment) => `SELECT session_id, coalesce(browsing_history, browse_history) AS history
        FROM sessions_${segment}`,
    );
    const ofAll = query(`SELECT entry.product_code, count(DISTINCT session_id) AS sessions FROM (
        SELECT session_id, unnest(history) AS entry FROM (${tables.join(' UNION ALL ')})
      ) WHERE entry.in_shopping_cart GROUP BY entry.product_code`);
    for (const { product_code, sessions } of kept('session-products-left-in-carts')) {
      expect(ofAll).toContainEqual({ product_code, sessions });
    }

    const countries = kept('session-quantity-by-country').map(({ country }) => country);
    expect(countries).toEqual(expect.arrayContaining(['Germany', 'Poland']));
    const segments = kept('session-repeated-events').map(({ segment }) => segment);
    expect(segments).toEqual(['eu', 'international', 'usa']);
  }, 60_000);
});
