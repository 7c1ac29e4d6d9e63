import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientConfig } from '../../../cli/lib/aws-clients.ts';
import { namesOf } from '../../../cli/lib/stage-names.ts';
import { streamNameOf } from '../../../core/names.ts';
import { ownIdentity } from '../../../local/process-identity.ts';

let folder: string;
const env = { ...process.env };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tributary-endpoints-'));
  for (const name of Object.keys(process.env))
    if (name.startsWith('AWS_')) delete process.env[name];
});
afterEach(() => {
  process.env = { ...env };
  rmSync(folder, { recursive: true });
});

const publish = (endpoints: object) =>
  writeFileSync(join(folder, 'endpoints.json'), JSON.stringify(endpoints));
const local = () => clientConfig('KINESIS', { stage: 'local', folder });

describe('the endpoint of the stage local', () => {
  it('is the one that npm start has written, and so are region and credentials', () => {
    publish({ ...ownIdentity(), aws: 'http://127.0.0.1:1234' });
    expect(local()).toEqual({
      endpoint: 'http://127.0.0.1:1234',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });

  it('is refused while the stage starts, so that nothing is sent to AWS', () => {
    publish(ownIdentity());
    expect(local).toThrow('The local stage is still starting: try again when it serves');
  });

  it.each([
    ['no file', undefined],
    ['a process that has ended', { pid: 2 ** 30, aws: 'http://127.0.0.1:1234' }],
    [
      'a process that has its number after it',
      { ...ownIdentity(), started: '1', aws: 'http://127.0.0.1:1234' },
    ],
  ])('is refused with %s', (_, endpoints) => {
    if (endpoints) publish(endpoints);
    expect(local).toThrow(
      `The local stage is not running: start it with \`npm start -- --keep --folder ${folder}\`, or name another --stage`,
    );
  });

  it.each(['https://kinesis.us-east-1.amazonaws.com', 'http://192.168.0.7:4566'])(
    'is refused when the environment has one that is not on this machine: %s',
    (url) => {
      process.env.AWS_ENDPOINT_URL = url;
      expect(local).toThrow('The stage local stays on this machine, and AWS_ENDPOINT_URL is');
    },
  );

  it.each(['http://127.0.0.1:1', 'http://localhost:1', 'http://[::1]:1'])(
    'may come from the environment: %s',
    (url) => {
      process.env.AWS_ENDPOINT_URL_KINESIS = url;
      expect(local().endpoint).toBe(url);
    },
  );

  it.each(['localhost:4566', 'kinesis', 'ftp://127.0.0.1'])('%s is refused in words', (url) => {
    process.env.AWS_ENDPOINT_URL = url;
    expect(local).toThrow(`AWS_ENDPOINT_URL is no http or https URL: ${url}`);
  });
});

describe('the names of a stage', () => {
  it('are those that npm start was given', async () => {
    publish({ ...ownIdentity(), aws: 'http://127.0.0.1:1', params: { sessionsStream: 'orders' } });
    const names = await namesOf({ stage: 'local', folder });
    expect(names).toEqual({
      sessionsStream: 'orders',
      workgroupName: 'tributary-local',
      databaseName: 'tributary_local',
    });
    expect(streamNameOf('sessions', names)).toBe('orders');
    expect(streamNameOf('sessions-usa', names)).toBe('orders-usa');
    expect(streamNameOf('sessionsx', names)).toBe('sessionsx');
  });
});
