import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CREDENTIALS, REGION } from '../lib/ministack.ts';
import { pythonTools } from '../lib/tools.ts';

const run = promisify(execFile);
/** Arguments of pythonTools. */
export const AWS_CLI: [string, string[]] = ['awscli', ['awscli==1.46.3']];

const CALL_TIMEOUT_MS = 60_000;

/** The emulated account, through the AWS CLI. */
export interface Account {
  /** What commands need to reach it. */
  environment: Record<string, string>;
  /** `aws <args>`; what it prints, parsed. */
  aws(...args: string[]): Promise<unknown>;
  /** Everything of the kinds that the stack makes, as `<kind>: <name>`. */
  contents(): Promise<string[]>;
}

export async function openAccount(url: string): Promise<Account> {
  const bin = await pythonTools(...AWS_CLI);
  const environment = {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
  };
  const aws = async (...args: string[]) => {
    const { stdout } = await run(
      join(bin, 'aws'),
      [...args, '--output', 'json', '--endpoint-url', url],
      {
        env: { ...process.env, ...environment },
        timeout: CALL_TIMEOUT_MS,
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
  const namesOf = async (kind: string, command: string) => {
    const names = ((await aws(...command.split(' '))) ?? []) as string[];
    return names.map((name) => `${kind}: ${name}`);
  };
  return {
    environment,
    aws,
    async contents() {
      const lists: string[] = [];
      for (const [kind, command] of Object.entries(LISTS)) {
        lists.push(...(await namesOf(kind, command)));
      }
      return [...lists, ...(await keysInUse(aws))].sort();
    },
  };
}

/** Commands that list what an account holds, by kind. */
const LISTS: Record<string, string> = {
  stack:
    "cloudformation list-stacks --query StackSummaries[?StackStatus!='DELETE_COMPLETE'].StackName",
  bucket: 's3api list-buckets --query Buckets[].Name',
  function: 'lambda list-functions --query Functions[].FunctionName',
  mapping: 'lambda list-event-source-mappings --query EventSourceMappings[].UUID',
  stream: 'kinesis list-streams --query StreamNames',
  delivery: 'firehose list-delivery-streams --query DeliveryStreamNames',
  'state machine': 'stepfunctions list-state-machines --query stateMachines[].name',
  rule: 'events list-rules --query Rules[].Name',
  schedule: 'scheduler list-schedules --query Schedules[].Name',
  queue: 'sqs list-queues --query QueueUrls',
  topic: 'sns list-topics --query Topics[].TopicArn',
  role: 'iam list-roles --query Roles[].RoleName',
  policy: 'iam list-policies --scope Local --query Policies[].PolicyName',
  'log group': 'logs describe-log-groups --query logGroups[].logGroupName',
  alarm: 'cloudwatch describe-alarms --query MetricAlarms[].AlarmName',
  dashboard: 'cloudwatch list-dashboards --query DashboardEntries[].DashboardName',
  database: 'glue get-databases --query DatabaseList[].Name',
  crawler: 'glue get-crawlers --query Crawlers[].Name',
  workgroup: 'athena list-work-groups --query WorkGroups[].Name',
  parameter: 'ssm describe-parameters --query Parameters[].Name',
};

/** A deleted key stays listed for the days in which it can be had back. */
async function keysInUse(aws: Account['aws']): Promise<string[]> {
  const ids = (await aws('kms', 'list-keys', '--query', 'Keys[].KeyId')) as string[];
  const keys: string[] = [];
  for (const id of ids) {
    const query = ['--key-id', id, '--query', 'KeyMetadata.KeyState'];
    const state = await aws('kms', 'describe-key', ...query);
    if (state !== 'PendingDeletion') keys.push(`key: ${id}`);
  }
  return keys;
}
