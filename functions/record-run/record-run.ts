import * as z from 'zod';
import { messageOfCause } from '../../core/error-cause.ts';
import { InvalidInput, RawDataMissing } from '../../core/errors.ts';
import { keys, type Run } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import { type Manifest, manifestSchema, runSchema, stopSchema } from '../../core/lake/manifest.ts';
import { createTableWriter } from '../../core/lake/parquet.ts';
import { typedRow } from '../../core/lake/rows.ts';
import { describeChanges } from '../../core/lake/schema-watch.ts';
import { countsOfUsage, readUsage } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';

const requestSchema = z.object({
  run: runSchema,
  /** The sealed manifest; a run that failed may have none. */
  manifestKey: z.optional(z.string()),
  error: z.optional(stopSchema),
});
export type RecordRunRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'RecordRun');

/** What there is to count of a run that failed before its manifest. */
type Counts = Manifest['counts'] | ReturnType<typeof countsOfUsage>;

export interface RecordedRun {
  status: string;
  key: string;
  counts: Counts;
  /** The manifest was uploaded, and is not this execution's own. */
  uploadedManifest: boolean;
}

/** Writes the run's one row: what its manifest counts, and FAILED with the error where it failed. */
export async function recordRun(
  { run, manifestKey, error }: RecordRunRequest,
  { lake, clock = Date.now }: { lake: Lake; clock?: () => number },
): Promise<RecordedRun> {
  const manifest =
    manifestKey && !error
      ? parseAs(manifestSchema, await lake.getJson(manifestKey), manifestKey)
      : await manifestOf(lake, run);
  const of = manifest && !error ? manifest.run : run;
  const status = error ? 'FAILED' : (manifest?.status ?? 'FAILED');
  const counts: Counts = manifest?.counts ?? countsOfUsage(await readUsage(lake, run));
  const row = {
    run_id: of.runId,
    status,
    source: manifest?.source,
    started_at: new Date(of.startedAt),
    finished_at: new Date(clock()),
    ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [columnOf(name), count])),
    schema_changes: describeChanges(manifest?.fieldChanges ?? []),
    error: error?.Error,
    cause: error?.Cause ? messageOfCause(error.Cause).slice(0, 1_000) : null,
  };
  const writer = createTableWriter('runs');
  writer.add(typedRow('runs', row, () => {}));
  const key = keys.table('runs', of);
  await lake.put(key, writer.finish(), 'application/vnd.apache.parquet');
  return { status, key, counts, uploadedManifest: of.runId !== run.runId };
}

/** A run that failed after its manifest was sealed has one, a damaged one is none. */
async function manifestOf(lake: Lake, run: Run): Promise<Manifest | undefined> {
  const key = keys.manifest(run);
  try {
    return parseAs(manifestSchema, await lake.getJson(key), key);
  } catch (error) {
    if (error instanceof RawDataMissing || error instanceof InvalidInput) return undefined;
    throw error;
  }
}

const columnOf = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
