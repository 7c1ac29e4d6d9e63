import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';
import { keys } from '../../core/lake/keys.ts';
import { shortAlbums } from '../../core/lake/manifest.ts';
import type { StoredObjects } from '../../core/lake/stored-objects.ts';
import { renderFacts } from '../../core/terminal/facts.ts';
import { renderTable } from '../../core/terminal/table.ts';
import { wrap } from '../../core/terminal/wrap.ts';
import { hint } from './hint.ts';
import { openLakeObjects } from './lake-objects.ts';
import { count } from './output.ts';
import { type EngineOptions, queryRows } from './run-query.ts';

/** What a manifest of any version says to a person (core/lake/manifest.ts). */
const manifestSchema = z.looseObject({
  run: z.object({ runId: z.string(), startedAt: z.string() }),
  status: z.string(),
  source: z.nullish(z.string()),
  pages: z.array(z.string()).default([]),
  counts: z.record(z.string(), z.number()),
  loaded: z.array(z.looseObject({ albumId: z.string(), key: z.string() })).default([]),
  missing: z.array(z.object({ albumId: z.string(), reason: z.string() })).default([]),
  waiting: z.record(z.string(), z.string()).default({}),
  unlisted: z.looseObject({ listingStoppedBy: z.nullish(z.string()) }).default({}),
  fieldChanges: z
    .array(z.looseObject({ field: z.string(), change: z.string(), types: z.array(z.string()) }))
    .default([]),
});
type Manifest = z.infer<typeof manifestSchema>;

interface RunRow {
  run_id: string;
  status: string;
  ingest_date: string;
  started: string;
  seconds: string | number | null;
  error: string | null;
  cause: string | null;
}

/** Reasons that are limits (functions/seal-raw-batch): the next run loads these albums. */
const LIMITS = /^(QuotaExhausted|RateLimited|BudgetSpent|TimeSpent|ListingLimit)$/;

/** Everything that a run says of itself, as text: its row, its manifest, and where its objects are. */
export async function describeRun(
  id: string,
  options: EngineOptions,
  width?: number,
): Promise<string> {
  const row = await findRun(id, options);
  const lake = await openLakeObjects(options);
  const run = { runId: row.run_id, startedAt: row.ingest_date };
  const manifest = await readManifest(lake, keys.manifest(run));
  const parts = [
    headOf(row),
    ...(manifest === undefined
      ? ['There is no manifest: the run failed before it wrote one, or its raw data has expired.']
      : [countsOf(manifest, width), ...detailsOf(manifest, width)]),
    objectsOf(lake, run, manifest, width),
  ];
  return `${parts.join('\n\n')}\n`;
}

async function findRun(id: string, options: EngineOptions): Promise<RunRow> {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new InvalidInput(`${id || "''"} is no run_id`);
  const columns = [
    ...['run_id', 'status', 'CAST(ingest_date AS varchar)'],
    'substr(CAST(started_at AS varchar), 1, 19)',
    "round(date_diff('millisecond', started_at, finished_at) / 1e3, 1)",
    ...['error', 'cause'],
  ];
  const rows = await queryRows(
    `SELECT ${columns.join(', ')} FROM runs
WHERE substr(run_id, 1, ${id.length}) = '${id}' ORDER BY started_at DESC LIMIT 5`,
    options,
  );
  const exact = rows.find(([runId]) => runId === id);
  const [first, second] = exact ? [exact] : rows;
  if (first === undefined)
    throw new InvalidInput(`No run ${id}: ${hint('runs', options)} shows them`);
  if (second !== undefined) {
    const ids = rows.map(([runId]) => runId).join(', ');
    throw new InvalidInput(`Several runs begin with ${id}: ${ids}`);
  }
  const [run_id, status, ingest_date, started, seconds, error, cause] = first;
  return { run_id, status, ingest_date, started, seconds, error, cause } as RunRow;
}

async function readManifest(lake: StoredObjects, key: string): Promise<Manifest | undefined> {
  const bytes = await lake.get(key);
  if (bytes === undefined) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new InvalidInput(`${lake.locationOf(key)} is no manifest`, { cause });
  }
}

function headOf({ run_id, status, started, seconds, error, cause }: RunRow): string {
  const lines = [`${run_id}  ${status}`, `  started ${started} UTC, took ${seconds} s`];
  if (error) lines.push(`  ${error}${cause ? `: ${cause}` : ''}`);
  return lines.join('\n');
}

function countsOf({ counts, source }: Manifest, width = Number.POSITIVE_INFINITY): string {
  const { tracks = 0, requests = 0, waitedSeconds, tokenRequests, tracksMissing, ...rest } = counts;
  const albums = ['expected', 'listed', 'skipped', 'loaded', 'missing', 'deferred', 'unlisted'];
  const others = Object.entries(rest).filter(([name, n]) => !albums.includes(name) && n > 0);
  const named = albums.filter((name) => rest[name] !== undefined);
  const indent = ' '.repeat(12);
  const ofAlbums = wrap(
    named.map((name) => `${rest[name]} ${name}`).join(', '),
    width - indent.length,
  );
  return [
    `  albums    ${ofAlbums.join(`\n${indent}`)}`,
    `  tracks    ${tracks} loaded${tracksMissing ? `, ${tracksMissing} missing` : ''}`,
    `  requests  ${requests}${source ? ` to ${source}` : ''}${tokenRequests ? `, ${tokenRequests} for tokens` : ''}`,
    ...(waitedSeconds === undefined ? [] : [`  waited    ${waitedSeconds} s for rate limits`]),
    ...others.map(([name, n]) => `  ${inWords(name)}: ${n}`),
  ].join('\n');
}

/** `creditsWithoutId` is `credits without id`. */
const inWords = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function detailsOf(manifest: Manifest, width?: number): string[] {
  const { missing, fieldChanges, unlisted } = manifest;
  const parts: string[] = [];
  const stops = [unlisted.listingStoppedBy ?? '', ...missing.map(({ reason }) => reason)];
  const limits = [...new Set(stops.filter((reason) => LIMITS.test(reason)))];
  if (limits.length > 0) parts.push(`Limits reached: ${limits.join(', ')}`);
  if (unlisted.listingStoppedBy) parts.push(`The listing stopped at ${unlisted.listingStoppedBy}`);
  if (missing.length > 0) {
    const rows = missing.map(({ albumId, reason }) => [albumId, reason]);
    parts.push(renderTable(['missing album', 'reason'], rows, { width }));
  }
  const short = shortAlbums(manifest);
  if (short.length > 0)
    parts.push(renderTable(['album without all tracks', 'since'], short, { width }));
  if (fieldChanges.length > 0) {
    const rows = fieldChanges.map(({ field, change, types }) => [field, change, types.join(', ')]);
    parts.push(renderTable(['field of the API', 'change', 'types'], rows, { width }));
  }
  return parts;
}

function objectsOf(
  lake: StoredObjects,
  run: { runId: string; startedAt: string },
  manifest: Manifest | undefined,
  width?: number,
): string {
  const [page] = manifest?.pages ?? [];
  const [album] = manifest?.loaded ?? [];
  const facts: [string, string][] = [
    ['manifest', lake.locationOf(keys.manifest(run))],
    ['row in runs', lake.locationOf(keys.table('runs', run))],
  ];
  if (page) facts.push([count(manifest?.pages.length ?? 0, 'page'), lake.locationOf(page)]);
  if (album) {
    facts.push(
      [count(manifest?.loaded.length ?? 0, 'album'), lake.locationOf(album.key)],
      ['tables', lake.locationOf(keys.table('albums', run))],
    );
  }
  return ['Objects', ...renderFacts(facts, width)].join('\n');
}
