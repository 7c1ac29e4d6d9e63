import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { changedTree, thirdSegment } from '../fixtures/changed-tree.ts';

const root = resolve(import.meta.dirname, '../..');

describe('a third segment, which is one line', () => {
  const tree = changedTree(thirdSegment);
  afterAll(() => tree[Symbol.dispose]());
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: tree.folder,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        // From where the tree is: as the same paths in each copy of it.
        NODE_COMPILE_CACHE: join(tree.folder, '.local/compiled'),
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
    expect(stdout).toMatch(/ 400 sent: usa \d\d+, eu \d\d+, international \d\d+, rejected \d+;/);
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
