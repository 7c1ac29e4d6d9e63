import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createAthenaApi } from '../../src/athena/athena-api.ts';
import { createQueryExecutions } from '../../src/athena/query-executions.ts';
import { createMonitoring } from '../../src/cloudwatch/monitoring.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { openCatalog } from '../../src/glue/catalog.ts';
import { createCatalogApi } from '../../src/glue/catalog-api.ts';
import { ALLOW_ALL } from '../../src/iam/iam.ts';
import { createS3 } from '../../src/s3/s3.ts';
import { createSsm } from '../../src/ssm/ssm.ts';
import { createStateMachines } from '../../src/step-functions/state-machines.ts';
import { createStepFunctionsApi } from '../../src/step-functions/step-functions-api.ts';

const run = promisify(execFile);
const VENV = join(import.meta.dirname, '../../../../.local/boto3');
const python = join(VENV, 'bin/python');

const hasBoto3 = (command: string): Promise<boolean> =>
  run(command, ['-c', 'import boto3'], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );

/** A Python with boto3, of the machine or of a virtual environment; undefined without Python or its registry. */
async function findBoto3(): Promise<string | undefined> {
  for (const command of ['python3', python]) if (await hasBoto3(command)) return command;
  try {
    await run('python3', ['-m', 'venv', VENV], { timeout: 60_000 });
    const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--timeout', '10', 'boto3'];
    await run(python, pip, { timeout: 90_000 });
    return python;
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    process.stderr.write(`boto3 is skipped: ${line}\n`);
    return undefined;
  }
}

let folder: string;
let gateway: Gateway;
let end: () => Promise<unknown>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'local-aws-boto3-'));
  const Resource = 'arn:aws:lambda:us-east-1:000000000000:function:work';
  const work = {
    name: 'work',
    definition: { StartAt: 'Work', States: { Work: { Type: 'Task', Resource, End: true } } },
    role: 'Role',
    logs: false,
  };
  const invoke = async (_: string, event: unknown) => ({ echo: event });
  const machines = createStateMachines({ invoke }, ALLOW_ALL, [], [work]);
  const monitoring = createMonitoring();
  monitoring.lambdaObserver.onLine('work', 'stream', '{"run_id":"a"}');
  monitoring.lambdaObserver.onLine('work', 'stream', '{"run_id":"b"}');
  monitoring.lambdaObserver.onInvoked('work', { durationMs: 1, failed: false });
  const catalog = openCatalog(join(folder, 'catalog.json'));
  catalog.write('one', { view: 'SELECT 1 AS n' });
  const queries = createQueryExecutions(catalog, folder);
  const s3 = await createS3(folder, ['lake']);
  const services = {
    ...monitoring.services,
    AWSStepFunctions: createStepFunctionsApi(machines),
    AmazonAthena: createAthenaApi(queries, { namedQueries: [], workGroups: [] }),
    AWSGlue: createCatalogApi(catalog, ['shop']),
    AmazonSSM: createSsm({ '/a': 'one' }),
  };
  gateway = await startGateway(services, s3);
  end = () => Promise.all([gateway.close(), s3.close(), queries.close(), machines.close()]);
});
afterAll(async () => {
  await end();
  rmSync(folder, { recursive: true });
});

describe('boto3, a client that others wrote', () => {
  it('reads and writes every service over the one address', async () => {
    const found = await findBoto3();
    if (!found) return;
    const script = join(import.meta.dirname, 'ask.py');
    const { stdout } = await run(found, [script, gateway.url, 'local'], {
      timeout: 60_000,
      env: { ...process.env, NO_PROXY: '*' },
    });
    expect(JSON.parse(stdout)).toEqual({
      states: {
        status: 'SUCCEEDED',
        output: { echo: { x: 1 } },
        is_dated: true,
        types: [
          'ExecutionStarted',
          'TaskStateEntered',
          'LambdaFunctionScheduled',
          'LambdaFunctionStarted',
          'LambdaFunctionSucceeded',
          'TaskStateExited',
          'ExecutionSucceeded',
        ],
        error: 'ExecutionDoesNotExist',
      },
      logs: ['{"run_id":"a"}'],
      metrics: {
        sum: 1,
        is_dated: true,
        listed: ['Duration', 'Errors', 'Invocations', 'Throttles'],
      },
      athena: [
        ['n', 't'],
        ['7', 'x'],
      ],
      glue: ['one'],
      s3: { keys: ['a/b.txt'], body: 'from boto3' },
      ssm: ['one'],
    });
  }, 240_000);
});
