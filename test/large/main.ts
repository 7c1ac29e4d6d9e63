// A catalogue of ten thousand albums on the local stage, which enforces the limits of Step Functions:
// npm run test:large -- --albums 10000 --requests 4000
import { paginateGetExecutionHistory, SFNClient } from '@aws-sdk/client-sfn';
import { Command } from 'commander';
import { MAX_DATA_BYTES, MAX_HISTORY_EVENTS } from 'local-aws/step-functions/limits.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import type { Manifest } from '../../core/lake/manifest.ts';
import { wholeNumber } from '../../core/terminal/options.ts';
import { renderTable } from '../../core/terminal/table.ts';
import { startTestStage } from '../fixtures/local-stage.ts';

const { albums, requests } = new Command('npm run test:large --')
  .option('--albums <count>', 'on the listing', wholeNumber, 10_000)
  .option('--requests <count>', 'of a run, retries and tokens included', wholeNumber, 4_000)
  .parse()
  .opts<{ albums: number; requests: number }>();

const MOST_RUNS = 50;
const catalog = generateCatalog({ albums, seed: 1 });
const stage = await startTestStage({
  spotify: { app: 'extended', catalog },
  environment: {
    SPOTIFY_REQUESTS_PER_SECOND: '10000',
    SPOTIFY_REQUESTS_PER_RUN: String(requests),
    SPOTIFY_CONCURRENCY: '10',
  },
});
const stepFunctions = new SFNClient({
  endpoint: stage.endpoints.aws,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** Events of an execution, and the longest JSON that went into or out of a state or task, in bytes. */
async function measure(executionArn: string) {
  const pages = paginateGetExecutionHistory({ client: stepFunctions }, { executionArn });
  let events = 0;
  let bytes = 0;
  for await (const page of pages) {
    for (const event of page.events ?? []) {
      events += 1;
      for (const details of Object.values(event)) {
        const { input = '', output = '' } = Object(details) as { input?: string; output?: string };
        bytes = Math.max(bytes, Buffer.byteLength(input), Buffer.byteLength(output));
      }
    }
  }
  return { events, bytes };
}

const counting = (value: number) => value.toLocaleString('en-US');
const rows: (string | number)[][] = [];
let problem: string | undefined;
let status = '';
try {
  for (let n = 1; status !== 'COMPLETE' && n <= MOST_RUNS && !problem; n++) {
    const name = `large-${n}`;
    const start = performance.now();
    const execution = await stage.runBatch(name, { waitMs: 20, retryMs: 20 });
    const seconds = (performance.now() - start) / 1_000;
    const arn = `arn:aws:states:us-east-1:000000000000:execution:tributary-local-ingest-new-releases:${name}`;
    const { events, bytes } = await measure(arn);
    const { batch } = (execution.output ?? {}) as { batch?: Pick<Manifest, 'status' | 'counts'> };
    status = batch?.status ?? execution.status;
    const { loaded = 0, skipped = 0, missing = 0 } = batch?.counts ?? {};
    rows.push([
      n,
      status,
      ...[loaded, skipped, missing, bytes, events].map(counting),
      seconds.toFixed(0),
    ]);
    if (execution.status !== 'SUCCEEDED') problem = `${execution.error}: ${execution.cause}`;
    if (bytes > MAX_DATA_BYTES || events > MAX_HISTORY_EVENTS) problem = `run ${n} is over a limit`;
  }
  const [found] = (await stage.sql('SELECT count(DISTINCT id) FROM albums')).rows;
  if (!problem && Number(found?.[0]) !== albums) problem = `${found} albums are in the table`;
  if (!problem && status !== 'COMPLETE') problem = `${status} after ${MOST_RUNS} runs`;
} finally {
  stepFunctions.destroy();
  await stage.end();
}
const head = [
  'run',
  'status',
  'loaded',
  'skipped',
  'missing',
  'greatest state',
  'events',
  'seconds',
];
console.log(renderTable(head, rows));
console.log(problem ?? `${counting(albums)} albums in ${rows.length} runs, none over a limit`);
process.exitCode = problem ? 1 : 0;
