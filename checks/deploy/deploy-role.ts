import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ACCOUNT, CREDENTIALS, REGION, startMiniStack } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { runNode } from '../lib/run-node.ts';
import { pythonTools } from '../lib/tools.ts';
import { AWS_CLI } from './account.ts';

const run = promisify(execFile);
const ROLE = 'deploy-tributary-dev';

type Environment = Record<string, string>;

/** What a deployment does not need, each with the right that it takes. */
const DENIED: Record<string, string> = {
  'cloudformation delete-stack --stack-name tributary-dev': 'cloudformation:DeleteStack',
  'cloudformation describe-stacks --stack-name tributary-prod': 'cloudformation:DescribeStacks',
  'iam create-user --user-name somebody': 'iam:CreateUser',
  'ssm get-parameter --name /tributary/dev/spotify/client-secret': 'ssm:GetParameter',
  [`s3api get-object --bucket tributary-dev-lake-${ACCOUNT} --key raw/x /dev/null`]: 's3:GetObject',
};

/**
 * Deploys `service` again with the rights of resources/deploy-role.yml alone, on a MiniStack that enforces
 * IAM on what sls calls; what CloudFormation does on its behalf it does not check.
 */
export async function checkDeployRole(
  root: string,
  service: string,
  folder: string,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const bin = await pythonTools(...AWS_CLI);
  const ministack = await startMiniStack({ folder, enforcesIam: true });
  const environmentOf = (id: string, secret: string): Environment => ({
    AWS_ENDPOINT_URL: ministack.url,
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    // Its certificate is self-signed.
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    PYTHONWARNINGS: 'ignore',
  });
  const aws = async (environment: Environment, ...args: string[]) => {
    const { stdout } = await run(
      join(bin, 'aws'),
      [...args, '--no-verify-ssl', '--output', 'json'],
      { env: { ...process.env, ...environment }, timeout: 60_000 },
    );
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  };
  const deploy = (environment: Environment, ...params: string[]) =>
    runNode(
      [
        join(service, 'node_modules/serverless/bin/serverless.js'),
        ...['deploy', '--stage', 'dev', ...params],
      ],
      service,
      environment,
    );

  /** A user with the policy of the role, which GitHub alone may assume. */
  async function createDeployer(administrator: Environment): Promise<Environment> {
    const admin = (...args: string[]) => aws(administrator, ...args);
    await admin(
      ...['cloudformation', 'deploy', '--stack-name', ROLE],
      ...['--template-file', join(root, 'resources/deploy-role.yml')],
      ...['--capabilities', 'CAPABILITY_NAMED_IAM', '--parameter-overrides'],
      ...['Stage=dev', 'Repository=owner/name', 'MakeProvider=false'],
    ).catch(ignoreText);
    const ofRole = ['--role-name', ROLE, '--policy-name', 'Deployment'];
    const { PolicyDocument } = await admin('iam', 'get-role-policy', ...ofRole);
    const file = join(folder, 'policy.json');
    writeFileSync(file, JSON.stringify(PolicyDocument));
    const ofUser = ['--user-name', 'deployer'];
    await admin('iam', 'create-user', ...ofUser);
    const policy = ['--policy-name', 'Deployment', '--policy-document', `file://${file}`];
    await admin('iam', 'put-user-policy', ...ofUser, ...policy);
    const { AccessKey } = await admin('iam', 'create-access-key', ...ofUser);
    return environmentOf(AccessKey.AccessKeyId, AccessKey.SecretAccessKey);
  }

  try {
    const administrator = environmentOf(CREDENTIALS.accessKeyId, CREDENTIALS.secretAccessKey);
    await deploy(administrator);
    const deployer = await createDeployer(administrator);
    await deploy(deployer, '--param=albumRefreshDays=7');
    for (const [command, right] of Object.entries(DENIED)) {
      const error = await aws(deployer, ...command.split(' ')).then(
        () => 'it may',
        ({ stderr }) => String(stderr),
      );
      if (!/AccessDenied|not authorized/.test(error)) {
        throw new CheckFailed(`The deploy role may not have ${right}: aws ${command}: ${error}`);
      }
    }
    return `deploy role: deploys dev again, and is denied ${Object.values(DENIED).join(', ')}`;
  } finally {
    await ministack.stop();
  }
}

/** `cloudformation deploy` prints a sentence whatever --output says. */
function ignoreText(error: unknown): void {
  if (!(error instanceof SyntaxError)) throw error;
}
