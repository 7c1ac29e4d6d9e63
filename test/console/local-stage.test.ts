import { DuckDBInstance } from '@duckdb/node-api';
import type { Browser, Page } from 'playwright-core';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import type { ConsoleServer } from '../../console/server/http.ts';
import { startConsole } from '../../console/server/start-console.ts';
import { simulateSessions } from '../../local/simulate-sessions.ts';
import { startTestStage } from '../fixtures/local-stage.ts';
import { describeInBrowser, launch, type Opened, open } from './browser.ts';

const CATALOG = generateCatalog({ albums: 30, seed: 1 });

describeInBrowser('the console of the local stage', () => {
  let stage: Awaited<ReturnType<typeof startTestStage>>;
  let server: ConsoleServer;
  let browser: Browser;
  let opened: Opened;
  let page: Page;
  beforeAll(async () => {
    stage = await startTestStage({
      spotify: {
        app: 'extended',
        catalog: CATALOG,
        faults: {
          seed: 1,
          faults: [{ kind: 'rate-limit', endpoint: 'listing', at: 0, times: 1, retryAfter: 6 }],
        },
      },
      streaming: true,
    });
    server = await startConsole({
      stage: 'local',
      canWrite: true,
      client: () => ({
        endpoint: stage.endpoints.aws,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      }),
    });
    browser = await launch();
    opened = await open(browser, server.address);
    page = opened.page;
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await stage?.end();
  }, 60_000);

  it('starts a run on a click, counts down in its Wait and follows it to its end', async () => {
    await page.getByRole('button', { name: 'Start a run' }).click();
    await page
      .getByRole('timer', { name: /WaitForRateLimit goes on in \d seconds/ })
      .waitFor({ timeout: 30_000 });
    await page.getByRole('button', { name: /^WaitForRateLimit.*: running/ }).waitFor();
    await page.locator('.run-title').getByText('COMPLETE').waitFor({ timeout: 60_000 });
    await page.getByText('30 albums loaded, 0 skipped, none missing').first().waitFor();
    expect(await page.getByRole('button', { name: /: loaded$/ }).count()).toBe(30);
    await page.getByRole('meter', { name: 'Requests used of the budget' }).waitFor();
    await page.getByRole('button', { name: /^FetchToken/ }).click();
    await page.getByText(/[1-9]\d* log lines?/).waitFor();
  }, 120_000);

  it('catches up after its connection was lost', async () => {
    await opened.page.context().setOffline(true);
    const { status } = await stage.runBatch('while-away');
    expect(status).toBe('SUCCEEDED');
    await opened.page.context().setOffline(false);
    await page.goto(`${new URL(server.address).origin}/#/run/while-away`);
    await page
      .getByText('0 albums loaded, 30 skipped, none missing')
      .first()
      .waitFor({ timeout: 30_000 });
  }, 120_000);

  it('shows the events of a stream and why some were rejected', async () => {
    const ledger = await simulateSessions(stage, 300, 7);
    expect(ledger.rejected).toBeGreaterThan(0);
    await page.goto(`${new URL(server.address).origin}/#/rejected`);
    await page.reload();
    await page.getByText(`${ledger.rejected} event`).first().waitFor({ timeout: 30_000 });
    await page.goto(`${new URL(server.address).origin}/#/streams`);
    await page.getByText(/^[1-9]\d* read/).waitFor({ timeout: 30_000 });
    const flow = page.locator('.flow');
    await flow.getByText(String(ledger.sent), { exact: true }).waitFor({ timeout: 30_000 });
    await flow.getByText('adds up').nth(1).waitFor();
    for (const count of [ledger.rejected, ...Object.values(ledger.segments)]) {
      await flow.getByText(String(count), { exact: true }).first().waitFor();
    }
    await flow
      .getByText(/(ms|s) behind/)
      .first()
      .waitFor();
    await page.getByLabel('Stream').selectOption({ label: 'sessions-usa' });
    await page.getByText('"segment":"usa"').first().waitFor({ timeout: 30_000 });
    expect(
      opened.complaints.filter((line) => !/50\d|ERR_INTERNET_DISCONNECTED/.test(line)),
    ).toEqual([]);
  }, 120_000);

  it('shows the tables, answers SQL, and leads from an id to its page and request', async () => {
    await page.goto(`${new URL(server.address).origin}/#/lake`);
    await page.locator('summary', { hasText: /^albums/ }).click();
    const albums = page.locator('.tables li', { hasText: 'album_type' }).first();
    await albums.getByText(/30 rows \d{4}-\d\d-\d\d/).waitFor({ timeout: 30_000 });
    await albums.getByRole('button', { name: 'Sample' }).click();
    await page.getByRole('heading', { name: '30 rows' }).waitFor({ timeout: 30_000 });
    await page.locator('td a.id').first().click();
    for (const title of [/^Album /, /^Raw tracks of album /, /^Listed by run /, /^Run /]) {
      const heading = page.getByRole('heading', { name: title });
      await heading.first().waitFor({ timeout: 30_000 });
    }
  }, 120_000);

  it('says why a run with faults is PARTIAL, what was rejected and who is behind', async () => {
    stage.spotify.setFaults({
      seed: 1,
      faults: [{ kind: 'null-item', endpoint: 'listing', at: 0, times: 1, index: 3 }],
    });
    await stage.runBatch('with-a-fault');
    await page.goto(`${new URL(server.address).origin}/#/run`);
    await page.reload();
    const glance = page.locator('.overview');
    await glance.getByText('PARTIAL').waitFor({ timeout: 30_000 });
    await glance.getByText('1 album expected and on no page').waitFor();
    await glance.getByText(/^\S+ \d+, \d other reasons/).waitFor();
    await glance.getByText(/international [\d.]+ \w+ behind/).waitFor();
  }, 120_000);

  it('downloads a result as a Parquet file that DuckDB reads', async () => {
    await page.goto(`${new URL(server.address).origin}/#/lake`);
    await page.getByRole('textbox', { name: 'SQL' }).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('SELECT id, total_tracks, release_date_day FROM albums ORDER BY id');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: '30 rows' }).waitFor({ timeout: 30_000 });
    const [parquet] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Parquet' }).click(),
    ]);
    const file = await parquet.path();
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    const reader = await connection.runAndReadAll(
      `SELECT id, total_tracks, CAST(release_date_day AS VARCHAR) FROM read_parquet('${file}')`,
    );
    const { rows } = await stage.sql(
      'SELECT id, total_tracks, CAST(release_date_day AS VARCHAR) FROM albums ORDER BY id',
    );
    expect(reader.getRowsJson()).toEqual(rows);
    connection.closeSync();
    database.closeSync();
  }, 120_000);
});
