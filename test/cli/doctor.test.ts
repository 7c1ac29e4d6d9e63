import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { checkAccount } from '../../cli/lib/check-account.ts';
import { checkMachine, diskSpace, nodeVersion } from '../../cli/lib/check-machine.ts';
import { differences, type Template } from '../../cli/lib/compare-templates.ts';
import { run } from './fake-lake.ts';

const config = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIAEXAMPLE7', secretAccessKey: 'never-shown' },
};
const template: Template = {
  Resources: {
    PlanAlbums: {
      Type: 'AWS::Lambda::Function',
      Properties: { Timeout: 120, Code: { S3Key: 'a.zip' }, Environment: { DAYS: '14' } },
    },
    PlanAlbumsVersion: { Type: 'AWS::Lambda::Version', Properties: { CodeSha256: 'a' } },
  },
};

function given({ deployed = template, status = 'UPDATE_COMPLETE', free = 990 } = {}) {
  const clients = {
    cloudFormation: new CloudFormationClient(config),
    lambda: new LambdaClient(config),
    ssm: new SSMClient(config),
  };
  const StackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/tributary-dev/1';
  mockClient(clients.cloudFormation)
    .on(DescribeStacksCommand)
    .resolves({
      Stacks: [{ StackName: 'x', StackStatus: status as never, StackId, CreationTime: new Date() }],
    })
    .on(GetTemplateCommand)
    .resolves({ TemplateBody: JSON.stringify(deployed) });
  mockClient(clients.lambda)
    .on(GetAccountSettingsCommand)
    .resolves({
      AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: free },
    });
  const ssm = mockClient(clients.ssm)
    .on(GetParametersCommand)
    .resolves({
      Parameters: [{ Name: '/tributary/dev/spotify/client-id', Type: 'SecureString' }],
      InvalidParameters: ['/tributary/dev/spotify/client-secret'],
    });
  return { clients, ssm, check: () => checkAccount('dev', clients, async () => template) };
}

describe('tributary doctor', () => {
  it('names what a stage in an account has and lacks, and reads no secret', async () => {
    const { check, ssm } = given();
    expect((await check()).map(({ level, text }) => `${level} ${text}`)).toEqual([
      'ok access key …PLE7, region eu-west-1',
      'ok tributary-dev is UPDATE_COMPLETE in account 123456789012',
      'ok /tributary/dev/spotify/client-id is there',
      'bad /tributary/dev/spotify/client-secret is missing: docs/operations.md#first-deployment has the command to store it',
      'ok 990 of 1000 executions are not reserved',
      'ok deployed as this clone has them',
    ]);
    expect(ssm.call(0).args[0].input).toMatchObject({ WithDecryption: false });
  });

  it('names a stack in trouble, little concurrency, and settings that differ', async () => {
    const deployed = structuredClone(template);
    const { PlanAlbums } = deployed.Resources;
    Object.assign(PlanAlbums?.Properties as object, {
      Code: { S3Key: 'b.zip' },
      Environment: { DAYS: '3' },
    });
    const { check } = given({ deployed, status: 'ROLLBACK_FAILED', free: 9 });
    const odd = (await check()).filter(({ level }) => level !== 'ok').map(({ text }) => text);
    expect(odd).toEqual([
      expect.stringMatching(/^tributary-dev is ROLLBACK_FAILED/),
      expect.stringMatching(/client-secret is missing/),
      '9 of 1000 executions are not reserved: ask for more under Service Quotas',
      'PlanAlbums.Environment.DAYS: deployed "3", here "14"',
    ]);
  });

  it('goes on after a check that AWS refuses, and ends at missing credentials', async () => {
    const { clients, check } = given();
    mockClient(clients.lambda)
      .on(GetAccountSettingsCommand)
      .rejects(Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' }));
    const findings = await check();
    expect(findings.find(({ subject }) => subject === 'Concurrency')).toEqual({
      level: 'bad',
      subject: 'Concurrency',
      text: 'No permission: not allowed',
    });
    expect(findings.at(-1)?.subject).toBe('Settings');
    clients.lambda.config.credentials = async () => {
      throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    };
    expect(await check()).toMatchObject([{ level: 'bad', subject: 'Credentials' }]);
  });

  it('looks for the secrets where the deployed functions do', async () => {
    const environment = { Variables: { SPOTIFY_PARAMETERS: '/music/spotify' } };
    const deployed = structuredClone(template);
    Object.assign(deployed.Resources.PlanAlbums?.Properties ?? {}, { Environment: environment });
    const { check, ssm } = given({ deployed });
    await check();
    expect(ssm.commandCalls(GetParametersCommand)[0]?.args[0].input.Names).toEqual([
      '/music/spotify/client-id',
      '/music/spotify/client-secret',
    ]);
  });

  it('finds resources that only one side has', () => {
    expect(differences(template, { Resources: {} })).toEqual([
      'PlanAlbums.Environment.DAYS: deployed not at all, here "14"',
      'PlanAlbums.Timeout: deployed not at all, here 120',
    ]);
  });

  it('judges Node and disk', () => {
    expect(nodeVersion('20.1.0')).toMatchObject({ level: 'bad' });
    expect(nodeVersion('24.0.0')).toMatchObject({ level: 'ok' });
    expect(diskSpace({ bavail: 10, bsize: 4096 })).toMatchObject({ level: 'bad' });
    expect(diskSpace({ bavail: 2 ** 20 / 8, bsize: 4096 })).toMatchObject({ level: 'odd' });
    expect(diskSpace({ bavail: 2 ** 20, bsize: 4096 })).toMatchObject({ level: 'ok' });
  });

  it('goes on after a check of this machine that fails', () => {
    const clone = mkdtempSync(join(tmpdir(), 'tributary-doctor-'));
    try {
      mkdirSync(join(clone, '.local'));
      expect(checkMachine(join(clone, '.local'), clone).map(({ level }) => level)).not.toContain(
        'bad',
      );
      const file = join(clone, 'file');
      writeFileSync(file, '');
      const packages = join(clone, '.local/packages');
      writeFileSync(packages, '');
      const found = checkMachine(join(file, 'below'), clone);
      expect(found.map(({ level, subject, text }) => `${level} ${subject}: ${text}`)).toEqual([
        expect.stringMatching(/^ok Node/),
        expect.stringMatching(/ Disk: /),
        `bad Packages: ${packages} is not writable: the service is packaged there, whatever --folder is; make this clone writable, or clone it where you may write`,
        expect.stringMatching(/^bad Lock: ENOTDIR: /),
        `bad Folder: --folder ${file}/below leads through a file: choose another one`,
        'ok Local stage: not running',
      ]);
    } finally {
      rmSync(clone, { recursive: true });
    }
  });

  it('names a stage that ended without a word, and the settings of one that serves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-doctor-'));
    try {
      const { pid } = spawnSync(process.execPath, ['--version']);
      writeFileSync(join(folder, 'endpoints.json'), JSON.stringify({ pid, started: '1' }));
      expect(checkMachine(folder).at(-1)).toMatchObject({ level: 'odd', subject: 'Local stage' });
      const { status, stdout } = await run(['doctor', '--folder', folder]);
      expect(status).toBe(0);
      expect(stdout).toMatch(/^ok {2}Node +24\./);
      expect(stdout).toMatch(/^odd Local stage {2}ended without a word/m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
