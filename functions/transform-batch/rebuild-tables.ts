import * as z from 'zod';
import { ContractBroken, InvalidInput, RawDataMissing } from '../../core/errors.ts';
import { keys, MANIFESTS, type Run } from '../../core/lake/keys.ts';
import type { Lake } from '../../core/lake/lake.ts';
import type { RawFormat } from '../../core/lake/source.ts';
import { getIfThere } from '../../core/lake/usage.ts';
import { parseAs } from '../../core/parse.ts';
import type { Rebuild } from './request.ts';
import { transformBatch } from './transform-batch.ts';

/** How far a rebuild is; stored after each run, so that another execution can go on with it. */
const progressSchema = z.object({
  /** The last run whose tables were made anew, or of which there is no raw data left. */
  after: z.nullable(z.string()),
  rebuilt: z.int(),
  rows: z.int(),
  /** Manifests of which raw data is gone or damaged: their tables stay as they are. */
  kept: z.array(z.object({ manifestKey: z.string(), reason: z.string() })),
});

export type RebuiltTables = z.infer<typeof progressSchema> & {
  /** MORE: call again. */
  outcome: 'MORE' | 'DONE';
  /** Manifests in all, and those still to come. */
  manifests: number;
  left: number;
  progressKey: string;
};

interface Dependencies {
  lake: Lake;
  format: RawFormat;
  remainingMs: () => number;
}

/** One more run is begun while this much of the call is left. */
const MARGIN_MS = 300_000;

/**
 * Makes the tables of committed runs anew from raw data, run by run in the order of their days. Each table
 * file has its run's name, so that rows are replaced and never doubled. No API is asked.
 */
export async function rebuildTables(
  { run, rebuild }: { run: Run; rebuild: Rebuild },
  { lake, format, remainingMs }: Dependencies,
): Promise<RebuiltTables> {
  const progressKey = keys.rebuild(rebuild.resume ?? run);
  const stored = await getIfThere(lake, progressKey);
  if (rebuild.resume && stored === undefined) {
    throw new InvalidInput(`There is no rebuild ${rebuild.resume.runId} to go on with`);
  }
  const progress = stored
    ? parseAs(progressSchema, stored, progressKey)
    : { after: null, rebuilt: 0, rows: 0, kept: [] };
  // From now on another execution can go on with it.
  if (stored === undefined) await lake.putJson(progressKey, progress);

  const manifests = await committedManifests(lake, rebuild.since);
  const left = manifests.filter((key) => progress.after === null || key > progress.after);
  let isFirst = true;
  while (left.length > 0 && (isFirst || remainingMs() > MARGIN_MS)) {
    isFirst = false;
    const manifestKey = left.shift() as string;
    try {
      const options = { isRebuild: true, ...(rebuild.table && { tables: [rebuild.table] }) };
      const { rows } = await transformBatch({ manifestKey }, { lake, format }, options);
      progress.rebuilt += 1;
      progress.rows += rebuild.table
        ? rows[rebuild.table]
        : Object.values(rows).reduce((sum, each) => sum + each, 0);
    } catch (error) {
      const isDamaged =
        error instanceof RawDataMissing ||
        error instanceof ContractBroken ||
        error instanceof InvalidInput;
      if (!isDamaged) throw error;
      progress.kept.push({ manifestKey, reason: error.message });
    }
    progress.after = manifestKey;
    await lake.putJson(progressKey, progress);
  }
  return {
    ...progress,
    // The state holds what the first ones are; the object in the lake has all.
    kept: progress.kept.slice(0, 20),
    outcome: left.length > 0 ? 'MORE' : 'DONE',
    manifests: manifests.length,
    left: left.length,
    progressKey,
  };
}

/** In the order of their keys, which begin with the day. Only what was committed has tables. */
async function committedManifests(lake: Lake, since = ''): Promise<string[]> {
  const all = await lake.list(MANIFESTS);
  return all
    .filter((key) => key.endsWith('/commit.json') && dayOf(key) >= since)
    .map((key) => key.replace(/commit\.json$/, 'manifest.json'))
    .sort();
}

const dayOf = (key: string): string => /ingest_date=([0-9-]+)\//.exec(key)?.[1] ?? '';
