import {
  type CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { GetParametersCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Finding } from './check-machine.ts';
import { differences, type Template } from './compare-templates.ts';
import { errorLine } from './error-line.ts';

export interface AccountClients {
  cloudFormation: CloudFormationClient;
  lambda: LambdaClient;
  ssm: SSMClient;
}

/** Differences that are listed one by one. */
const LISTED = 12;

/**
 * What a stage in an account has: credentials, the stack, the secrets' names (their values are not
 * read), free concurrency, and settings that are not those of `expected`, the template of this clone.
 */
export async function checkAccount(
  stage: string,
  { cloudFormation, lambda, ssm }: AccountClients,
  expected: () => Promise<Template>,
): Promise<Finding[]> {
  const found = await settle('Credentials', () => credentials(lambda));
  // Nothing can be asked without credentials and a region.
  if (found.some(({ level }) => level === 'bad')) return found;
  const deployed = readDeployed(cloudFormation, stage);
  // Both checks that wait for it say why it cannot be read, or go on without.
  deployed.catch(() => {});
  // At once: an address that never responds is waited for only once.
  const others = await Promise.all([
    settle('Stack', () => stack(cloudFormation, stage)),
    settle('Secrets', () => secrets(ssm, stage, deployed)),
    settle('Concurrency', () => concurrency(lambda)),
    settle('Settings', () => settings(deployed, expected)),
  ]);
  return [...found, ...others.flat()];
}

async function settle(subject: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [{ level: 'bad', subject, text: errorLine(error) }];
  }
}

async function credentials({ config }: LambdaClient): Promise<Finding[]> {
  const region = await config.region();
  const { accessKeyId, expiration } = await config.credentials();
  const until = expiration ? `, until ${expiration.toISOString().slice(0, 16)}Z` : '';
  return [
    {
      level: 'ok',
      subject: 'Credentials',
      text: `access key …${accessKeyId.slice(-4)}${until}, region ${region}`,
    },
  ];
}

async function stack(client: CloudFormationClient, stage: string): Promise<Finding[]> {
  const { Stacks: [found] = [] } = await client.send(
    new DescribeStacksCommand({ StackName: `tributary-${stage}` }),
  );
  const { StackStatus = 'unknown', StackId = '' } = found ?? {};
  const isDone = /^(CREATE|UPDATE|IMPORT)_COMPLETE/.test(StackStatus);
  const account = StackId.split(':')[4] ?? 'unknown';
  return [
    {
      level: isDone ? 'ok' : 'bad',
      subject: 'Stack',
      text: `tributary-${stage} is ${StackStatus} in account ${account}`,
    },
  ];
}

async function readDeployed(client: CloudFormationClient, stage: string): Promise<Template> {
  const { TemplateBody } = await client.send(
    new GetTemplateCommand({ StackName: `tributary-${stage}`, TemplateStage: 'Original' }),
  );
  return JSON.parse(TemplateBody ?? '{}') as Template;
}

/** Of the functions that are deployed: `spotifyParameters` may name another folder. */
async function secretsFolder(stage: string, deployed: Promise<Template>): Promise<string> {
  const { Resources = {} } = await deployed.catch((): Partial<Template> => ({}));
  const folders = Object.values(Resources).flatMap(({ Properties }) => {
    const { Environment } = (Properties ?? {}) as {
      Environment?: { Variables?: Record<string, unknown> };
    };
    const folder = Environment?.Variables?.SPOTIFY_PARAMETERS;
    return typeof folder === 'string' ? [folder] : [];
  });
  return folders[0] ?? `/tributary/${stage}/spotify`;
}

async function secrets(
  client: SSMClient,
  stage: string,
  deployed: Promise<Template>,
): Promise<Finding[]> {
  const folder = await secretsFolder(stage, deployed);
  const names = ['client-id', 'client-secret'].map((name) => `${folder}/${name}`);
  const { Parameters = [], InvalidParameters = [] } = await client.send(
    new GetParametersCommand({ Names: names, WithDecryption: false }),
  );
  const found = Parameters.map(({ Name, Type }): Finding => {
    const isSecure = Type === 'SecureString';
    const text = isSecure ? `${Name} is there` : `${Name} is a ${Type}: store it as SecureString`;
    return { level: isSecure ? 'ok' : 'bad', subject: 'Secrets', text };
  });
  const missing = InvalidParameters.map((name): Finding => {
    const text = `${name} is missing: docs/operations.md#first-deployment has the command to store it`;
    return { level: 'bad', subject: 'Secrets', text };
  });
  return [...found, ...missing];
}

async function concurrency(client: LambdaClient): Promise<Finding[]> {
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  const { ConcurrentExecutions = 0, UnreservedConcurrentExecutions = 0 } = AccountLimit ?? {};
  // prod uses seven: docs/operations.md has the sum.
  const isFew = UnreservedConcurrentExecutions < 10;
  return [
    {
      level: isFew ? 'odd' : 'ok',
      subject: 'Concurrency',
      text: `${UnreservedConcurrentExecutions} of ${ConcurrentExecutions} executions are not reserved${isFew ? ': ask for more under Service Quotas' : ''}`,
    },
  ];
}

async function settings(
  deployed: Promise<Template>,
  expected: () => Promise<Template>,
): Promise<Finding[]> {
  const found = await deployed;
  const all = differences(await expected(), found);
  if (all.length === 0) {
    return [{ level: 'ok', subject: 'Settings', text: 'deployed as this clone has them' }];
  }
  const listed = all.slice(0, LISTED).map(
    (text): Finding => ({
      level: 'odd',
      subject: 'Settings',
      text,
    }),
  );
  const more = all.length - listed.length;
  if (more > 0) {
    listed.push({ level: 'odd', subject: 'Settings', text: `and ${more} more differences` });
  }
  return listed;
}
