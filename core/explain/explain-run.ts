import { keys, MANIFESTS } from '../lake/keys.ts';
import type { Finding } from './finding.ts';
import type { Sources } from './sources.ts';

/**
 * A run by its row and its manifest; empty where neither exists. With the day, which a row of any table
 * says, Athena reads that day's partition alone.
 */
export async function explainRun(
  runId: string,
  { lake, query }: Sources,
  ofDay?: string,
): Promise<Finding[]> {
  const [row] = await query(
    `SELECT status, substr(CAST(started_at AS varchar), 1, 19), source, CAST(ingest_date AS varchar)
FROM runs WHERE run_id = '${runId}'${ofDay ? ` AND ingest_date = '${ofDay}'` : ''}
ORDER BY started_at DESC LIMIT 1`,
  );
  const [status, started, source, day = ofDay] = (row ?? []).map((value) => String(value ?? ''));
  const key = day
    ? keys.manifest({ runId, startedAt: day })
    : (await manifestKeys(lake)).find((each) => each.endsWith(`/run_id=${runId}/manifest.json`));
  if (key === undefined) return [];
  return [
    {
      what: `run ${runId}`,
      runId,
      facts: [
        ['status', status ?? 'no row in runs'],
        ['started', started ? `${started} UTC` : ''],
        ['source', source ?? ''],
        ['manifest', lake.locationOf(key)],
      ],
    },
  ];
}

/** Of all runs whose manifest has not expired, the newest last. */
export const manifestKeys = async (lake: Sources['lake']): Promise<string[]> =>
  (await lake.list(MANIFESTS)).filter((key) => key.endsWith('/manifest.json'));
