import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runSql } from 'local-aws/athena/sql.ts';
import { type Catalog, declareTables, openCatalog } from 'local-aws/glue/catalog.ts';
import { packagedService } from '../fixtures/packaged-service.ts';

const queries = join(import.meta.dirname, '../../queries');
const today = new Date().toISOString().slice(0, 10);
const longAgo = '2020-01-01';

let folder: string;
let catalog: Catalog;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-sessions-'));
  catalog = openCatalog(join(folder, 'catalog.json'));
  declareTables(catalog, await packagedService());
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Lays events where Firehose would: GZIP, a line an event. */
function given(table: string, day: string, events: unknown[], file = 'a.gz'): void {
  const { host: bucket, pathname } = new URL(catalog.read()[table]?.location as string);
  const place = join(folder, 'lake', bucket, pathname, `ingest_date=${day}`);
  mkdirSync(place, { recursive: true });
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(place, file), gzipSync(lines));
}

const event = (id: string, country: string, history: unknown[], more = {}) => ({
  event_id: id,
  session_id: `s-${id}`,
  country,
  browsing_history: history,
  overall_product_quantity: 10,
  overall_in_shopping_cart: 4,
  segment: country === 'USA' ? 'usa' : 'international',
  ...more,
});
const entry = (code: string, quantity: unknown, inCart: boolean) => ({
  product_code: code,
  quantity,
  in_shopping_cart: inCart,
});

const ask = async (name: string) => {
  const sql = readFileSync(join(queries, `${name}.sql`), 'utf8');
  return (await runSql(sql, catalog.read(), join(folder, 'lake'), catalog.views())).rows;
};

it('returns no rows before the first event', async () => {
  const names = [
    'quantity-by-country',
    'products-left-in-carts',
    'rejected-events',
    'repeated-events',
  ];
  const results = await Promise.all(names.map((name) => ask(`session-${name}`)));
  expect(results).toEqual([[], [], [], []]);
});

describe('over delivered sessions, one of them twice', () => {
  beforeAll(() => {
    const twice = event('1', 'USA', [entry('A', 3, true), entry('B', 1, false)]);
    given('sessions_usa', today, [twice, event('2', 'USA', [])]);
    given('sessions_usa', today, [twice], 'b.gz');
    given('sessions_usa', longAgo, [event('old', 'USA', [entry('A', 1_000, true)])]);
    const { browsing_history, ...aliased } = event('3', 'France', []);
    given('sessions_international', today, [
      { ...aliased, browse_history: [entry('A', '1e1', true), entry('C', '2', true)] },
      event('4', 'France', [entry('C', 5, true)], { overall_in_shopping_cart: 0 }),
      event('5', 'Chad', [], { overall_product_quantity: 0, overall_in_shopping_cart: 0 }),
    ]);
    const rejected = { reason: 'not-json', message: 'The bytes are not JSON' };
    given('rejected_sessions', today, [
      { ...rejected, event_id: '6', part: 1, arrived_at: '2026-11-21T01:00:00.000Z' },
      { ...rejected, event_id: '6', part: 2, arrived_at: '2026-11-21T01:00:00.000Z' },
      { ...rejected, event_id: '7', arrived_at: '2026-11-21T02:00:00.000Z' },
    ]);
  });

  it('counts quantities by country, each event once', async () => {
    expect(await ask('session-quantity-by-country')).toEqual([
      ['France', '2', '20', '4', 20],
      ['USA', '2', '20', '8', 40],
      ['Chad', '1', '0', '0', null],
    ]);
  });

  it('adds up what is left in carts, under both names of the history', async () => {
    expect(await ask('session-products-left-in-carts')).toEqual([
      ['A', '2', '13'],
      ['C', '2', '7'],
    ]);
  });

  it('counts an event that was rejected in parts once', async () => {
    expect(await ask('session-rejected-events')).toEqual([
      [
        'not-json',
        'The bytes are not JSON',
        '2',
        '2026-11-21T01:00:00.000Z',
        '2026-11-21T02:00:00.000Z',
      ],
    ]);
  });

  it('names what was delivered twice', async () => {
    expect(await ask('session-repeated-events')).toEqual([
      ['international', '3', '0', '0', '1'],
      ['usa', '2', '1', '1', '2'],
    ]);
  });
});
