import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readAggregated } from '../../core/kinesis/aggregated-record.ts';
import { packEnvelopes } from '../../core/sessions/pack-envelopes.ts';
import { collect, error, type GivenAws, givenAws, recordsIn } from './fixtures.ts';
import { givenOneProcess } from './one-process.ts';

const STREAM = 'tributary-local-sessions';

let aws: GivenAws;
beforeAll(async () => {
  aws = await givenAws({
    [STREAM]: 2,
    events: 1,
    order: 2,
    packed: 1,
    aggregated: 2,
    envelopes: 1,
  });
});
afterAll(() => aws.close());

const oneProcess = givenOneProcess();
afterAll(oneProcess.end);
/** For what a command says before it calls anybody. */
const say = (args: string[]) => oneProcess.run(args, { AWS_ENDPOINT_URL: aws.url });
afterEach(() => {
  for (const action of Object.keys(aws.respondWith)) delete aws.respondWith[action];
});

const event = (id: string, more = '') => `{"session_id":"${id}"${more}}`;

/** The one line that a failed command says, and nothing on standard output. */
const failure = (line: string | RegExp) => ({
  status: 1,
  stdout: '',
  stderr: typeof line === 'string' ? `error: ${line}\n` : expect.stringMatching(line),
});

describe('tributary produce', () => {
  it('sends the event of --json to the stream of the stage', async () => {
    const json = event('a', ', "n": 1.0,  "x": "\\u00e9"');
    await expect(aws.run(['produce', '--stream', 'sessions', '--json', json])).resolves.toEqual({
      status: 0,
      stdout: expect.stringMatching(/^1 event sent to tributary-local-sessions \(44 bytes, /),
      stderr: '',
    });
    expect((await recordsIn(aws, STREAM)).map(String)).toEqual([json]);
  });

  it('packs events as the Kinesis Producer Library does with --aggregate', async () => {
    const lines = Array.from({ length: 300 }, (_, n) => event(`s-${n % 7}`, `,"n":${n}`));
    const outcome = await aws.run(['produce', '--stream', 'aggregated', '--aggregate'], {
      input: lines.join('\n'),
    });
    expect(outcome).toMatchObject({ status: 0, stdout: expect.stringMatching(/^300 events sent/) });
    const records = await recordsIn(aws, 'aggregated');
    expect(records.length).toBeLessThan(20);
    const sent = records.flatMap((data) =>
      (readAggregated(data) ?? [{ data }]).map((each) => Buffer.from(each.data).toString()),
    );
    expect(sent.sort()).toEqual(lines.sort());
    const { stdout } = await aws.run(['consume', '--stream', 'aggregated']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(300);
  });

  it('sends an envelope of the enriched stream to the place of its bucket with --unchecked', async () => {
    const given = { data: Buffer.from(event('a')), partitionKey: 'a', segment: 'usa' };
    const [envelope] = packEnvelopes([given], 4);
    await aws.run(['produce', '--stream', 'envelopes', '--unchecked'], {
      input: `${envelope?.data}\n`,
    });
    const { stdout } = await aws.run(['consume', '--stream', 'envelopes', '--format', 'ndjson']);
    expect(JSON.parse(stdout)).toMatchObject({
      partition_key: envelope?.partitionKey,
      event: { session_id: 'a' },
    });
  });

  it('sends lines byte for byte, each session in order, and says which it could not send', async () => {
    const lines = [
      `\ufeff${event('a', ', "n" : 1')}`,
      'no JSON',
      event('b', ',"n":12345678901234567890'),
      '',
      '{"country":"USA"}',
      `${event('a', ',"n":2')}\r`,
      '[1]',
      `{"session_id":17}`,
      event('a', `,"x":"${'x'.repeat(1024 * 1024)}"`),
      event('a', ',"n":3'),
    ];
    const outcome = await aws.run(['produce', '--stream', 'events', '--file', '-'], {
      input: lines.join('\n'),
    });
    expect(outcome).toEqual({
      status: 1,
      stdout: expect.stringMatching(/^4 events sent to events \(/),
      stderr:
        'error: 5 of 9 events were not sent: no JSON (line 2); no session_id (line 5); ' +
        'no JSON object (line 7); session_id is no string of 1 to 256 characters (line 8); ' +
        'over 1,048,576 bytes with its key (line 9)\n',
    });
    const came = (await recordsIn(aws, 'events')).map(String);
    expect(came.sort()).toEqual(
      [event('a', ', "n" : 1'), lines[2], event('a', ',"n":2'), lines[9]].sort(),
    );
    expect(came.filter((data) => data.includes('"a"'))).toEqual([
      event('a', ', "n" : 1'),
      event('a', ',"n":2'),
      event('a', ',"n":3'),
    ]);
  });

  it('sends lines that are no events with --unchecked', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-produce-'));
    const file = join(folder, 'events.ndjson');
    const poison = [Buffer.from([0xff, 0xfe]), Buffer.from('{"a'), Buffer.from(event('z'))];
    writeFileSync(file, Buffer.concat(poison.flatMap((line) => [line, Buffer.from('\n')])));
    const outcome = await aws.run(['produce', '--stream', 'order', '--unchecked', '--file', file]);
    rmSync(folder, { recursive: true });
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    const came = (await recordsIn(aws, 'order')).map((data) => data.toString('hex'));
    expect(came.sort()).toEqual(poison.map((line) => line.toString('hex')).sort());
  });

  it('unpacks gzip, from a file and from standard input, and starts at a line', async () => {
    const lines = ['g1', 'g2', 'g3'].map((id) => event(id));
    const packed = gzipSync(lines.join('\n'));
    const file = join(aws.folder, 'events.gz');
    writeFileSync(file, packed);
    const from = await aws.run(['produce', '--stream', 'packed', '--file', file]);
    expect(from).toMatchObject({ status: 0, stderr: '' });
    const piped = ['produce', '--stream', 'packed', '--from-line', '3'];
    await expect(aws.run(piped, { input: packed })).resolves.toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1 event sent/),
    });
    const sent = (await recordsIn(aws, 'packed')).map(String);
    expect(sent.sort()).toEqual([...lines, event('g3')].sort());
    writeFileSync(file, packed.subarray(0, -9));
    await expect(aws.run(['produce', '--stream', 'packed', '--file', file])).resolves.toMatchObject(
      {
        status: 1,
        stderr: expect.stringMatching(
          /^error: The gzip input is damaged: unexpected end of file; later lines were not read$/m,
        ),
      },
    );
  });

  it('says how many events were sent when other bytes follow the gzip data', async () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, n) => `${event(`${n}`, `,"x":${Math.random()}`)}\n`).join(
        '',
      );
    const file = join(aws.folder, 'garbage.gz');
    const produced = (count: number) => {
      writeFileSync(file, Buffer.concat([gzipSync(lines(count)), Buffer.from('garbage')]));
      return aws.run(['produce', '--stream', 'packed', '--file', file]);
    };
    const damaged = 'The gzip input is damaged: incorrect header check';
    await expect(produced(3)).resolves.toEqual(failure(`${damaged}; no event was sent`));
    await expect(produced(3_000)).resolves.toEqual({
      status: 1,
      stdout: expect.stringMatching(/^[\d,]+ events sent to packed \(/),
      stderr: expect.stringMatching(
        /^Continue with --from-line \d+\nerror: The gzip .*check; later lines were not read\n$/,
      ),
    });
  }, 20_000);

  it('reports a record that stays throttled by its code', async () => {
    aws.respondWith.PutRecords = ({ Records }) => ({
      FailedRecordCount: 1,
      Records: (Records as object[]).map(() => ({
        ErrorCode: 'ProvisionedThroughputExceededException',
        ErrorMessage: 'Rate exceeded',
      })),
    });
    await expect(aws.run(['produce', '--json', event('a')])).resolves.toMatchObject({
      status: 1,
      stderr: 'error: 1 of 1 event was not sent: ProvisionedThroughputExceededException (line 1)\n',
    });
  }, 20_000);

  it.each([
    ['malformed --json', ['--json', '{"session_id"'], /^error: --json: no JSON: .*\n$/],
    ['--json without a session', ['--json', '{}'], 'error: --json: no session_id\n'],
    [
      'an unknown stream',
      ['--stream', 'nothing', '--json', event('a')],
      /nothing .*not found\.\n$/,
    ],
    [
      'a stream of a segment',
      ['--stream', 'sessions-usa', '--json', event('a')],
      'error: tributary-local-sessions-usa carries compressed events, which the functions write: send to tributary-local-sessions\n',
    ],
    [
      'a file that is not there',
      ['--file', '/no/such'],
      /^error: --file \/no\/such cannot be read: /,
    ],
    ['a folder', ['--file', '/tmp'], 'error: --file /tmp is a folder\n'],
    ['two sources', ['--file', 'x', '--json', '{}'], /cannot be used with option/],
    ['an unknown option', ['--jsn', '{}'], /^error: unknown option '--jsn'\n.*--json/],
    ['a stage that cannot be', ['--stage', 'A b', '--json', '{}'], /A stage is a-z/],
  ])('says in a line what is wrong with %s', async (_, args, line) => {
    const run = args.includes('--stream') ? aws.run : say;
    const { status, stdout, stderr } = await run(['produce', ...args]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    expect(stderr).not.toContain('    at ');
  });

  it('says in a line that the permission is missing, or that credentials have expired', async () => {
    const args = ['produce', '--json', event('a')];
    aws.respondWith.PutRecords = () => error('AccessDeniedException', 'User: x is not authorized');
    await expect(aws.run(args)).resolves.toEqual(
      failure('No permission: User: x is not authorized'),
    );
    aws.respondWith.PutRecords = () => error('ExpiredTokenException', 'The token is expired');
    await expect(aws.run(args)).resolves.toEqual(
      failure('The AWS credentials have expired: The token is expired'),
    );
    const { stderr } = await aws.run([...args, '--stack']);
    expect(stderr).toContain('    at ');
  });

  it('says in a line that nothing listens, and that there are no credentials or no region', async () => {
    const args = ['produce', '--json', event('a')];
    const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    await expect(aws.run(args, { env: nowhere })).resolves.toEqual(
      failure('Nothing listens on 127.0.0.1:9 (ECONNREFUSED): is the address right?'),
    );
    const noCredentials = { ...nowhere, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' };
    await expect(
      aws.run([...args, '--stage', 'dev'], { env: { ...noCredentials, AWS_REGION: 'us-east-1' } }),
    ).resolves.toEqual(failure(/^error: No AWS credentials/));
    await expect(aws.run([...args, '--stage', 'dev'], { env: noCredentials })).resolves.toEqual(
      failure('No AWS region: set AWS_REGION'),
    );
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'says on %s what was sent and the line to continue from, and ends as shells expect',
    async (signal, status) => {
      const child = aws.start(['produce', '--from-line', '3']);
      const outcome = collect(child);
      child.stdin?.write(`${event('a')}\n\n${event('c')}\n`);
      await aws.nextCall('PutRecords');
      child.kill(signal);
      await expect(outcome).resolves.toEqual({
        status,
        stdout: expect.stringMatching(/^1 event sent to /),
        stderr: 'Continue with --from-line 4\n',
      });
    },
  );

  it('explains itself', async () => {
    const { stdout } = await aws.run(['produce', '--help']);
    for (const option of ['--stream', '--json', '--file', '--stage']) {
      expect(stdout).toContain(option);
    }
  });
});
