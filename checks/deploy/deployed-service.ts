import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, manifestSchema } from '../../core/lake/manifest.ts';
import { parseAs } from '../../core/parse.ts';
import { SEGMENTS } from '../../core/sessions/segments.ts';
import { readExpectedFile } from '../../core/simulation/expected-file.ts';
import { ACCOUNT, REGION } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { runNode } from '../lib/run-node.ts';
import { until } from '../lib/until.ts';
import type { Account } from './account.ts';
import { failedBatch } from './failed-batch.ts';
import type { Buckets } from './lake-reader.ts';
import { batchLedger, type Ledger, sessionLedger } from './ledgers.ts';

const STAGE = 'dev';
const LAKE = `tributary-${STAGE}-lake-${ACCOUNT}`;
const MACHINE = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:tributary-${STAGE}-ingest-new-releases`;
const RUN_TIMEOUT_MS = 180_000;
const DELIVERY_TIMEOUT_MS = 120_000;

export interface ServiceOptions {
  root: string;
  /** The copy that is deployed. */
  folder: string;
  account: Account;
  buckets: Buckets;
}

export type DeployedService = ReturnType<typeof createDeployedService>;

/** What the check does with the stage `dev` of the emulated account. */
export function createDeployedService(options: ServiceOptions) {
  const { root, folder, account, buckets } = options;
  const { aws } = account;
  const { environment } = account;
  const sls = (command: string, given: string[] = []) =>
    runNode(
      [
        join(folder, 'node_modules/serverless/bin/serverless.js'),
        ...[command, '--stage', STAGE],
        ...given.map((param) => `--param=${param}`),
      ],
      folder,
      environment,
    );
  const sent: Awaited<ReturnType<typeof readExpectedFile>>['events'] = [];

  const executionArnOf = (name: string): string =>
    MACHINE.replace(':stateMachine:', ':execution:').concat(':', name);

  /** What an execution loaded, once it has ended, and its key. */
  async function manifestOf(executionArn: string): Promise<{ manifest: Manifest; key: string }> {
    const { status, output, error, cause } = await until(
      executionArn,
      RUN_TIMEOUT_MS,
      () =>
        aws(
          'stepfunctions',
          'describe-execution',
          '--execution-arn',
          executionArn,
        ) as Promise<Execution>,
      (execution) => execution.status !== 'RUNNING',
    );
    if (status !== 'SUCCEEDED')
      throw new CheckFailed(`${executionArn}: ${status} ${error} ${cause}`);
    const { batch } = JSON.parse(output ?? '{}') as { batch: { manifestKey: string } };
    const key = batch.manifestKey;
    const manifest = parseAs(manifestSchema, await buckets.json(LAKE, key), key);
    if (manifest.status !== 'COMPLETE')
      throw new CheckFailed(`${executionArn}: ${manifest.status}`);
    return { manifest, key };
  }

  /** The ledger of an execution that ended, by what its manifest says. */
  async function ledgerOf(executionArn: string): Promise<Ledger> {
    const { manifest } = await manifestOf(executionArn);
    const rowsOf = (table: string) =>
      buckets.parquetRows(LAKE, `curated/${table}/`, `/${manifest.run.runId}.parquet`);
    return batchLedger(manifest, {
      albums: await rowsOf('albums'),
      tracks: await rowsOf('tracks'),
    });
  }

  async function delivered(): Promise<Record<string, number>> {
    const places: Record<string, number> = {};
    for (const { name } of SEGMENTS) {
      const bucket = `tributary-${STAGE}-sessions-${name}-${ACCOUNT}`;
      places[name] = (await buckets.eventIds(bucket, 'firehose/')).size;
    }
    places.rejected = (await buckets.eventIds(LAKE, 'rejected/sessions/')).size;
    return places;
  }

  return {
    deploy: (changed: string[]) => sls('deploy', changed),
    /** Of the template that was deployed. */
    resourceCount(): number {
      const file = join(folder, '.serverless/cloudformation-template-update-stack.json');
      return Object.keys(JSON.parse(readFileSync(file, 'utf8')).Resources).length;
    },
    /** The ledger of a run that somebody started. */
    ledgerOfRun: (name: string) => ledgerOf(executionArnOf(name)),
    async runBatch(name: string): Promise<Ledger> {
      const given = ['--state-machine-arn', MACHINE, '--name', name, '--input', '{}'];
      const { executionArn } = (await aws(
        'stepfunctions',
        'start-execution',
        ...given,
      )) as Execution;
      return ledgerOf(executionArn);
    },
    /** Sends made-up events by the command line; the ledger is of all that were sent so far. */
    async sendSessions(count: number, seed: number): Promise<Ledger> {
      const file = join(folder, `../expected-${seed}.ndjson`);
      const shares = ['--duplicates', '2', '--malformed', '1', '--no-country', '1'];
      const counts = ['--count', String(count), '--seed', String(seed), '--expect-out', file];
      const simulate = [join(root, 'cli/main.ts'), 'simulate', '--stage', STAGE];
      await runNode([...simulate, ...counts, ...shares], root, environment);
      sent.push(...(await readExpectedFile(file)).events);
      const places = await until('delivery', DELIVERY_TIMEOUT_MS, delivered, (each) => {
        const total = Object.values(each).reduce((sum, n) => sum + n, 0);
        return total >= sent.length;
      });
      return sessionLedger(sent, places);
    },
    /** Uploads the manifest of a run under another name, and waits for the execution that a rule starts. */
    async backfill(of: string, name: string): Promise<Ledger> {
      const { manifest, key } = await manifestOf(executionArnOf(of));
      const startedAt = manifest.run.startedAt.replace(/(\.\d+)?Z$/, '.999Z');
      const changed = { ...manifest, run: { runId: name, startedAt } };
      const place = key.replace(`/run_id=${of}/`, `/run_id=${name}/`);
      await buckets.put(LAKE, place, JSON.stringify(changed));
      const list = ['--state-machine-arn', MACHINE, '--query', 'executions[].executionArn'];
      const executions = await until(
        'the execution of the backfill',
        30_000,
        async () => (await aws('stepfunctions', 'list-executions', ...list)) as string[],
        (arns) => arns.some((arn) => !/:(first|second)-run$/.test(arn)),
      );
      return ledgerOf(executions.find((arn) => !/:(first|second)-run$/.test(arn)) as string);
    },
    /** Stores a batch as Lambda does that discards it; returns the beginning of its id. */
    async storeFailedBatch(): Promise<string> {
      const { key, body } = failedBatch(`tributary-${STAGE}`);
      await buckets.put(`tributary-${STAGE}-failed-batches-${ACCOUNT}`, key, body);
      return key.slice(-36, -28);
    },
    /** The newest execution of a kind, by its name. */
    async newestRun(prefix: string): Promise<string> {
      const query = `executions[?starts_with(name, '${prefix}')].name`;
      const list = ['--state-machine-arn', MACHINE, '--query', query];
      const names = (await aws('stepfunctions', 'list-executions', ...list)) as string[];
      if (names[0] === undefined) throw new CheckFailed(`There is no execution ${prefix}…`);
      return names[0];
    },
  };
}

interface Execution {
  executionArn: string;
  status: string;
  output?: string;
  error?: string;
  cause?: string;
}
