import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import { type Manifest, manifestSchema, parseAs } from '../core/lake/manifest.ts';
import { renderTable } from '../core/terminal/table.ts';
import { isBalanced, type Ledger } from './simulate-sessions.ts';
import type { Stage } from './stage.ts';

const SAMPLE = 'albums-by-release-day';
const SAMPLE_ROWS = 8;

/** What came of a run: its manifest's counts, the requests, the tables, one query with its answer. */
export async function printSummary(stage: Stage, execution: Execution): Promise<void> {
  const { batch } = execution.output as { batch: { manifestKey: string } };
  const bucket = join(stage.lakeFolder, stage.lakeBucket);
  const manifestFile = join(bucket, batch.manifestKey);
  const manifest = parseAs(
    manifestSchema,
    JSON.parse(readFileSync(manifestFile, 'utf8')),
    batch.manifestKey,
  );
  const { counts } = manifest;
  const { byEndpoint, faulted } = stage.spotify.requests;
  const total = (each: Record<string, number>) => Object.values(each).reduce((a, b) => a + b, 0);
  const named = (each: Record<string, number>) =>
    Object.entries(each)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');

  console.log(`\n${manifest.status}`);
  const lines: [string, string][] = [
    ['albums listed', `${counts.listed} of ${counts.expected} expected, from ${manifest.source}`],
    ['       skipped', String(counts.skipped)],
    ['       loaded', String(counts.loaded)],
    ['       missing', `${counts.missing}${reasonsOf(manifest)}`],
    ['tracks loaded', String(counts.tracks)],
    ['requests made', `${total(byEndpoint)} (${named(byEndpoint)})`],
  ];
  if (total(faulted) > 0) lines.push(['       faulted', `${total(faulted)} (${named(faulted)})`]);
  for (const [name, value] of lines) console.log(`  ${name.padEnd(15)} ${value}`);

  const tables = stage.tables();
  const { rows } = await stage.sql(
    tables
      .map((table) => `SELECT '${table}' AS name, count(*) AS n FROM ${table}`)
      .join(' UNION ALL '),
  );
  const of = new Map(rows.map(([name, n]) => [name, n]));
  console.log(`  rows in tables  ${tables.map((name) => `${name} ${of.get(name)}`).join(', ')}`);

  const sampleFile = join(import.meta.dirname, `../queries/${SAMPLE}.sql`);
  const answer = await stage.sql(readFileSync(sampleFile, 'utf8'));
  console.log(`\nqueries/${SAMPLE}.sql`);
  console.log(renderTable(answer.columns, answer.rows.slice(0, SAMPLE_ROWS)));
  const more = answer.rows.length - SAMPLE_ROWS;
  if (more > 0) console.log(`and ${more} rows more`);

  const here = (path: string) => relative(process.cwd(), path) || '.';
  console.log(`
Where to look next
  the manifest    ${here(manifestFile)}
  the tables      ${here(join(bucket, 'curated'))}
  the logs        ${here(join(stage.lakeFolder, '../logs'))}
  ask in SQL      npm run query -- "SELECT status, loaded, missing FROM runs"
                  npm run query -- --file queries/${SAMPLE}.sql`);
}

/** Sent = all segments + set aside, or what is off. */
export function printLedger(ledger: Ledger): void {
  const { sent, unsent, copies, segments, rejected, repeated, expected } = ledger;
  console.log(`
${isBalanced(ledger) ? 'EVERY EVENT ACCOUNTED FOR' : 'EVENTS UNACCOUNTED FOR'}
  events sent     ${sent}, ${copies} of them a second time by the producer${unsent > 0 ? `; ${unsent} could not be sent` : ''}`);
  for (const [segment, n] of Object.entries(segments)) {
    console.log(
      `  ${segment.padEnd(15)} ${n}${n === (expected[segment] ?? 0) ? '' : ` of ${expected[segment]} expected`}`,
    );
  }
  console.log(`  set aside       ${rejected}, each with its reason and its bytes
  duplicates      ${repeated} delivered twice under one event_id`);
}

function reasonsOf({ missing, unlisted, counts }: Manifest): string {
  const reasons = new Map<string, number>();
  for (const { reason } of missing) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const parts = [...reasons].map(([reason, count]) => `${reason} ${count}`);
  if (counts.unlisted > 0) {
    parts.push(
      `and ${counts.unlisted} on no page (${unlisted.listingStoppedBy ?? 'not given out'})`,
    );
  }
  return parts.length > 0 ? `: ${parts.join(', ')}` : '';
}
