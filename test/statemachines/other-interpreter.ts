import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { zipSync } from 'fflate';
import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { allStates, type Definition } from './definition.ts';
import { type RunMachine, taskNameOf } from './run-machine.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/test`;
const DEADLINE_MS = 30_000;

type CallTask = Parameters<RunMachine>[3];

/**
 * Runs machines on the Step Functions at `endpoint`. Their functions are custom runtimes that ask this
 * process what to return: only a custom runtime can name its errors there.
 */
export async function openOtherInterpreter(endpoint: string) {
  const sfn = new SFNClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let callTask: CallTask | undefined;
  const tasks = createServer(async (request, response) => {
    const { task, input } = (await json(request)) as { task: string; input: unknown };
    response.end(JSON.stringify(await outcomeOf(callTask, task, input)));
  }).listen(0, '127.0.0.1');
  await once(tasks, 'listening');
  const url = `http://127.0.0.1:${(tasks.address() as AddressInfo).port}`;
  const created = new Set<string>();
  let machines = 0;

  const run: RunMachine = async (definition, name, input, call) => {
    callTask = call;
    const own = withFunctionsAlone(definition);
    for (const task of tasksOf(own)) {
      if (!created.has(task)) await createFunction(endpoint, task, url);
      created.add(task);
    }
    machines += 1;
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({
        name: `test-${process.pid}-${machines}`,
        definition: JSON.stringify(own),
        roleArn: ROLE,
      }),
    );
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
    );
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const { status, error, cause, output } = await sfn.send(
        new DescribeExecutionCommand({ executionArn }),
      );
      if (status === 'SUCCEEDED' || status === 'FAILED') {
        return {
          execution: { status, error, cause, output: JSON.parse(output ?? 'null') },
          waits: await waitsOf(sfn, executionArn),
        };
      }
      if (Date.now() > deadline) throw new Error(`${executionArn} is ${status} for too long`);
      await sleep(20);
    }
  };
  return {
    run,
    async close() {
      sfn.destroy();
      tasks.closeAllConnections();
      tasks.close();
    },
  };
}

async function outcomeOf(callTask: CallTask | undefined, task: string, input: unknown) {
  try {
    return { result: (await callTask?.(task, input)) ?? null };
  } catch (error) {
    if (error instanceof FunctionError) return { error: JSON.parse(error.message) };
    return { error: { errorType: 'Error', errorMessage: String(error) } };
  }
}

/** The definition with a function for each service integration, so that a test decides what it does. */
function withFunctionsAlone(definition: Definition): Definition {
  const own = structuredClone(definition);
  for (const { state } of allStates(own.States)) {
    if (state.Resource) {
      const name = taskNameOf(state.Resource).replace(':', '-');
      state.Resource = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;
    }
  }
  return own;
}

const tasksOf = (definition: Definition): Set<string> =>
  new Set(
    [...allStates(definition.States)].flatMap(({ state }) =>
      state.Resource ? [taskNameOf(state.Resource)] : [],
    ),
  );

/** The Runtime API of Lambda, as long as the environment lives. */
const bootstrap = (task: string, url: string) => `#!/usr/bin/env node
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation/';
const post = (url, value) => fetch(url, { method: 'POST', body: JSON.stringify(value) });
(async () => {
  for (;;) {
    const next = await fetch(api + 'next');
    const id = next.headers.get('lambda-runtime-aws-request-id');
    const asked = await post(${JSON.stringify(url)}, { task: ${JSON.stringify(task)}, input: await next.json() });
    const { result, error } = await asked.json();
    await (error ? post(api + id + '/error', error) : post(api + id + '/response', result));
  }
})();
`;

async function createFunction(endpoint: string, name: string, url: string): Promise<void> {
  const text = bootstrap(name.replace('-', ':'), url);
  const executable = { os: 3, attrs: 0o755 << 16 } as const;
  const archive = zipSync({ bootstrap: [Buffer.from(text), executable] });
  const response = await fetch(`${endpoint}/2015-03-31/functions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/lambda/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify({
      FunctionName: name,
      Runtime: 'provided.al2023',
      Handler: 'bootstrap',
      Role: ROLE,
      Timeout: 60,
      Code: { ZipFile: Buffer.from(archive).toString('base64') },
    }),
  });
  if (!response.ok) throw new Error(`${name} was not created: ${await response.text()}`);
}

async function waitsOf(sfn: SFNClient, executionArn: string | undefined): Promise<string[]> {
  const waits: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000, nextToken }),
    );
    for (const { type, stateEnteredEventDetails } of page.events ?? []) {
      if (type === 'WaitStateEntered') waits.push(stateEnteredEventDetails?.name ?? '');
    }
    nextToken = page.nextToken;
  } while (nextToken);
  return waits;
}
