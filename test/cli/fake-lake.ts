import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startGateway } from 'local-aws/gateway/gateway.ts';
import type { JsonService } from 'local-aws/gateway/json-protocol.ts';
import { openCatalog } from 'local-aws/glue/catalog.ts';
import { createTableWriter } from '../../core/lake/parquet.ts';
import { typedRow } from '../../core/lake/rows.ts';
import { GLUE_TYPES, tables } from '../../core/lake/tables.ts';
import { viewsOf } from '../../resources/views.ts';
import { collect, type Outcome, tributary } from './fixtures.ts';

/** What `npm start` leaves: rows of the table `runs`, in a folder of the test's own. */
export function givenLake(runs: Record<string, unknown>[]): {
  folder: string;
  /** Puts an object into the lake of the stage local. */
  put(key: string, value: object): void;
  end(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-query-'));
  const catalog = openCatalog(join(folder, 'catalog.json'));
  catalog.write('runs', {
    location: 's3://lake/curated/runs/',
    columns: tables.runs.map(({ name, type }) => ({ name, type: GLUE_TYPES[type] })),
    partitionKeys: ['ingest_date'],
    partitions: 'projected',
  });
  for (const { name, sql } of viewsOf([])) catalog.write(name, { view: sql });
  for (const run of runs) {
    const writer = createTableWriter('runs');
    writer.add(typedRow('runs', run, () => {}));
    const day = (run.started_at as Date).toISOString().slice(0, 10);
    const file = `lake/lake/curated/runs/ingest_date=${day}/${run.run_id}.parquet`;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), writer.finish());
  }
  const put = (key: string, value: object) => {
    const file = join(folder, 'lake/tributary-local-lake', key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(value));
  };
  return { folder, put, end: () => rmSync(folder, { recursive: true }) };
}

export const run = (args: string[], env?: Record<string, string>): Promise<Outcome> =>
  collect(tributary(args, env), '');

/** Athena on a free port of 127.0.0.1, with the responses that the test defines. */
export async function givenAthena(service: JsonService) {
  const gateway = await startGateway({ AmazonAthena: service });
  return {
    env: {
      AWS_ENDPOINT_URL: gateway.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    close: gateway.close,
  };
}
