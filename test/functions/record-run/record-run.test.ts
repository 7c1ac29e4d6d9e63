import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { keys } from '../../../core/lake/keys.ts';
import { parseRequest, recordRun } from '../../../functions/record-run/record-run.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import { day, errorOf, manifest, run, runOf } from '../fixtures.ts';

const manifestKey = keys.manifest(run);
const finished = '2026-11-21T06:12:00.000Z';

async function record(event: object, hasManifest = true) {
  const lake = createMemoryLake();
  const sealed = { ...manifest(['a', 'b']), status: 'PARTIAL' as const };
  sealed.counts = { ...sealed.counts, expected: 3, listed: 3, missing: 1, tracks: 20, requests: 5 };
  if (hasManifest) lake.store(manifestKey, JSON.stringify(sealed), day(0));
  const usage = { requests: 225, tokenRequests: 3, waitedMs: 1_001 };
  lake.store(keys.usage(run), JSON.stringify(usage), day(0));
  const recorded = await recordRun(parseRequest({ run, ...event }), {
    lake,
    clock: () => Date.parse(finished),
  });
  expect(lake.puts).toEqual([recorded.key]);
  const bytes = lake.bytesOf(recorded.key);
  const file = bytes.buffer.slice(
    bytes.byteOffset,
    bytes.byteOffset + bytes.byteLength,
  ) as ArrayBuffer;
  const rows = await parquetReadObjects({
    file,
    compressors: { ZSTD: (input) => new Uint8Array(zstdDecompressSync(input)) },
  });
  expect(rows).toHaveLength(1);
  return { ...recorded, row: rows[0] };
}

describe('RecordRun', () => {
  it('writes one row of what the manifest counts', async () => {
    const { status, key, row } = await record({ manifestKey });
    expect(status).toBe('PARTIAL');
    expect(key).toBe('curated/runs/ingest_date=2026-11-21/run-1.parquet');
    expect(row).toEqual({
      run_id: 'run-1',
      status: 'PARTIAL',
      source: 'new-releases',
      started_at: new Date(run.startedAt),
      finished_at: new Date(finished),
      expected: 3,
      listed: 3,
      skipped: 0,
      loaded: 2,
      missing: 1,
      deferred: 0,
      overdue: 0,
      unlisted: 0,
      tracks: 20,
      tracks_missing: 0,
      unusable: 0,
      repeated: 0,
      credits_without_id: 0,
      odd_text: 0,
      requests: 5,
      token_requests: 0,
      requests_unconfirmed: 0,
      waited_seconds: 0,
      schema_changes: null,
      error: null,
      cause: null,
    });
  });

  it('writes FAILED with the error and its cause', async () => {
    const { status, row } = await record(
      {
        error: { Error: 'InvalidCredentials', Cause: '{"errorMessage":"unknown"}' },
      },
      false,
    );
    expect(status).toBe('FAILED');
    expect(row).toMatchObject({
      run_id: 'run-1',
      status: 'FAILED',
      error: 'InvalidCredentials',
      cause: 'unknown',
      source: null,
      loaded: null,
      requests: 225,
      token_requests: 3,
      waited_seconds: 2,
    });
  });

  it.each([{}, { Cause: '' }])(
    'writes FAILED of an error without a cause, such as a timeout: %j',
    async (cause) => {
      const { row } = await record({ error: { Error: 'States.Timeout', ...cause } });
      expect(row).toMatchObject({ status: 'FAILED', error: 'States.Timeout', cause: null });
    },
  );

  it.each(['CrawlFailed: no access', '{"cut', 'null', '7', '{"other":1}'])(
    'writes a cause that no function gave as it is: %s',
    async (Cause) => {
      expect((await record({ error: { Error: 'E', Cause } })).row?.cause).toBe(Cause);
    },
  );

  it('says FAILED although there is a manifest, when the run failed after it', async () => {
    const { status, row } = await record({ error: { Error: 'CrawlFailed', Cause: 'x' } });
    expect(status).toBe('FAILED');
    expect(row).toMatchObject({ status: 'FAILED', error: 'CrawlFailed', loaded: 2, requests: 5 });
  });

  it('cuts a long cause', async () => {
    const { row } = await record({ error: { Error: 'E', Cause: 'x'.repeat(30_000) } });
    expect(row?.cause).toHaveLength(1_000);
  });

  it('writes the row of the run that the manifest is of, not of the one that brought it', async () => {
    const { key, row } = await record({ run: runOf('other', day(3)), manifestKey });
    expect(key).toBe(keys.table('runs', run));
    expect(row?.run_id).toBe('run-1');
  });

  it('fails without its manifest', async () => {
    const missing = record({ manifestKey: 'raw/manifests/none.json' });
    expect(await errorOf(missing)).toMatchObject({ name: 'RawDataMissing' });
  });

  it.each([{ run: {} }, { error: 'text' }, { error: {} }])('refuses the event %j', (event) => {
    expect(() => parseRequest({ run, ...event })).toThrow(/^RecordRun: /);
  });
});
