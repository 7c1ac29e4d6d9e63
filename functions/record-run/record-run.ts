import * as z from 'zod';
import { messageOfCause } from '../../core/error-cause.ts';
import { keys } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import {
  type Manifest,
  manifestSchema,
  parseAs,
  runSchema,
  stopSchema,
} from '../../core/lake/manifest.ts';
import { createTableWriter } from '../../core/lake/parquet.ts';
import { typedRow } from '../../core/lake/rows.ts';

const requestSchema = z.object({
  run: runSchema,
  /** The sealed manifest; a run that failed before it has none. */
  manifestKey: z.optional(z.string()),
  error: z.optional(stopSchema),
});
export type RecordRunRequest = z.infer<typeof requestSchema>;
export const parseRequest = (event: unknown) => parseAs(requestSchema, event, 'RecordRun');

export interface RecordedRun {
  status: string;
  key: string;
  /** What the manifest counts; a failed run has none. */
  counts?: Manifest['counts'];
  /** The manifest loaded by another way than this execution's own. */
  uploadedManifest: boolean;
}

/** Writes the run's one row: what its manifest counts, or FAILED with the error. */
export async function recordRun(
  { run, manifestKey, error }: RecordRunRequest,
  { lake, clock = Date.now }: { lake: Lake; clock?: () => number },
): Promise<RecordedRun> {
  const manifest =
    manifestKey && !error
      ? parseAs(manifestSchema, await lake.getJson(manifestKey), manifestKey)
      : undefined;
  const of = manifest?.run ?? run;
  const status = manifest?.status ?? 'FAILED';
  const row = {
    run_id: of.runId,
    status,
    source: manifest?.source,
    started_at: new Date(of.startedAt),
    finished_at: new Date(clock()),
    ...manifest?.counts,
    error: error?.Error,
    cause: error?.Cause ? messageOfCause(error.Cause).slice(0, 1_000) : null,
  };
  const writer = createTableWriter('runs');
  writer.add(typedRow('runs', row, () => {}));
  const key = keys.table('runs', of);
  await lake.put(key, writer.finish(), 'application/vnd.apache.parquet');
  return {
    status,
    key,
    ...(manifest && { counts: manifest.counts }),
    uploadedManifest: of.runId !== run.runId,
  };
}
