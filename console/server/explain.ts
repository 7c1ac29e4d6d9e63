import { queryAthena } from '../../core/athena/run-query.ts';
import { explain } from '../../core/explain/explain.ts';
import type { Finding } from '../../core/explain/finding.ts';
import type { StoredObjects } from '../../core/lake/stored-objects.ts';
import type { Clients } from './clients.ts';
import { getBytes, listKeys } from './lake-objects.ts';
import type { Stage } from './stage.ts';

/** Keys of a prefix that are looked at. */
const MOST_KEYS = 10_000;

/** Where an id is from; `signal` stops the queries in Athena. */
export function explainId(
  { athena, kinesis, s3 }: Clients,
  { buckets, workgroup, database, streams }: Stage,
  id: string,
  signal: AbortSignal,
): Promise<Finding[]> {
  const objectsOf = (bucket: string): StoredObjects => ({
    get: (key) => getBytes(s3, bucket, key),
    list: async (prefix) =>
      (await listKeys(s3, bucket, prefix, MOST_KEYS)).map(({ key }) => key).sort(),
    locationOf: (key) => `s3://${bucket}/${key}`,
  });
  return explain(id, {
    lake: objectsOf(buckets.lake),
    segment: async (name) => objectsOf(buckets.segment(name)),
    stream: { name: streams.source, kinesis },
    async query(sql) {
      const result = await queryAthena(athena, { sql, workgroup, database }, { signal });
      const all: unknown[][] = [];
      for await (const rows of result?.rows ?? []) all.push(...rows);
      return all;
    },
  });
}
