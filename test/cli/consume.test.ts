import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { collect, error, type GivenAws, givenAws } from './fixtures.ts';
import { givenOneProcess } from './one-process.ts';

const STREAM = 'tributary-local-sessions-usa';

let aws: GivenAws;
beforeAll(async () => {
  aws = await givenAws({ [STREAM]: 2, empty: 1, large: 1, keyed: 2, lines: 1 });
  // As the routers write them, and one by hand.
  await aws.put(
    STREAM,
    { data: gzipSync('{"n":1}\n{"n":2}\n'), key: 'bucket-0' },
    { data: '{"n":3}' },
  );
  await aws.put('large', ...Array.from({ length: 20 }, () => ({ data: 'x'.repeat(500_000) })));
});
afterAll(() => aws.close());

const oneProcess = givenOneProcess();
afterAll(oneProcess.end);
/** For what a command says before it calls anybody. */
const say = (args: string[]) => oneProcess.run(args, { AWS_ENDPOINT_URL: aws.url });

const consume = (...args: string[]) => aws.run(['consume', ...args]);

describe('tributary consume', () => {
  it('prints the events of all shards with shard and position, joined ones one by one', async () => {
    const { status, stdout, stderr } = await consume('--stream', 'sessions-usa');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: '3 events in 2 records of 2 shards\n',
    });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.map((line) => line[2]).sort()).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
    expect(new Set(lines.map((line) => line[0])).size).toBe(2);
    for (const line of lines) expect(line[1]).toMatch(/^\d{56}(#[12])?$/);
  });

  it('prints a record of lines as the one event that it is to enrichment', async () => {
    const data = '{"n":1}\n{"n":2}\n';
    await aws.put('lines', { data });
    const { stdout, stderr } = await consume('--stream', 'lines');
    expect(stdout).toMatch(/^shardId-000000000000\t\d{56}\t\{"n":1\}\\u000a\{"n":2\}\n$/);
    expect(stderr).toBe('1 event in 1 record of 1 shard\n');
    const ndjson = await consume('--stream', 'lines', '--format', 'ndjson');
    const { part, base64 } = JSON.parse(ndjson.stdout);
    expect([part, Buffer.from(base64, 'base64').toString()]).toEqual([undefined, data]);
  });

  it('prints lines of JSON, up to a limit', async () => {
    const { stdout, stderr } = await consume(
      ...['--stream', STREAM, '--format', 'ndjson', '--limit', '2'],
    );
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      shard_id: expect.any(String),
      event: { n: expect.any(Number) },
    });
    expect(stderr).toMatch(/^2 events in /);
  });

  it('continues after the position of an event as it printed it', async () => {
    const { stdout } = await consume('--stream', STREAM, '--format', 'ndjson');
    const position = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ event }) => event.n === 3);
    await aws.put(STREAM, { data: '{"n":4}' });
    const { stdout: later } = await consume(
      ...['--stream', STREAM, '--from', 'after-sequence-number'],
      ...['--sequence-number', position.sequence_number],
    );
    expect(later.trim().split('\t').at(-1)).toBe('{"n":4}');
  });

  it('continues within a record of several events, as after a --limit', async () => {
    const { stdout } = await consume('--stream', STREAM);
    const shard = /^(.+)\t.+#1\t/m.exec(stdout)?.[1] ?? '';
    const events = stdout.split('\n').filter((line) => line.startsWith(shard));
    for (const read of [0, 1]) {
      const position = events[read]?.split('\t')[1] ?? '';
      expect(position).toMatch(/#[12]$/);
      const args = ['--from', 'after-sequence-number', '--sequence-number', position];
      const { stdout: rest } = await consume('--stream', STREAM, ...args);
      expect(rest.split('\n').filter(Boolean)).toEqual(events.slice(read + 1));
    }
  });

  it('prints the events of one shard, or of one session', async () => {
    const lines = async (...args: string[]) => {
      const { status, stdout } = await consume('--stream', 'keyed', ...args);
      expect(status).toBe(0);
      return stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t'));
    };
    await aws.put(
      'keyed',
      {
        data: gzipSync('{"session_id":"a","n":1}\n{"session_id":"b","n":2}\n'),
        key: 'bucket-0',
      },
      { data: '{"session_id":"a","n":3}', key: 'a' },
      { data: 'no JSON', key: 'a' },
    );
    const all = await lines();
    const shards = Map.groupBy(all, ([shard]) => shard);
    for (const [shard = '', expected] of shards) {
      expect(await lines('--shard', shard)).toEqual(expected);
      expect(await lines('--shard', `${Number(shard.slice(8))}`)).toEqual(expected);
    }
    const ofA = (await lines('--key', 'a')).map(([, , data]) => data);
    expect(ofA.sort()).toEqual(
      ['no JSON', '{"session_id":"a","n":1}', '{"session_id":"a","n":3}'].sort(),
    );
    await expect(consume('--stream', 'keyed', '--shard', '7')).resolves.toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^error: keyed has no shard shardId-000000000007: it has shardId-/,
      ),
    });
  });

  it('follows a stream until Ctrl-C', async () => {
    const child = aws.start(['consume', '--stream', 'empty', '--follow', '--from', 'latest']);
    const outcome = collect(child);
    await aws.nextCall('GetRecords');
    await aws.put('empty', { data: '{"late":1}' });
    if (child.stdout) await once(child.stdout, 'data');
    child.kill('SIGINT');
    await expect(outcome).resolves.toEqual({
      status: 130,
      stdout: expect.stringMatching(/\t\{"late":1\}\n$/),
      stderr: '1 event in 1 record of 1 shard\n',
    });
  });

  it('ends with the status of a closed pipe, and a line, when its output is closed', async () => {
    const child = aws.start(['consume', '--stream', 'large']);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { status, stderr } = await collect(child);
    expect({ status, stderr }).toEqual({
      status: 141,
      stderr: 'tributary: stopped, because its output was closed\n',
    });
  });

  it.each([
    ['an unknown stream', ['--stream', 'nothing'], /^error: Not found .*nothing.*\n$/],
    [
      'an invalid time',
      ['--from', 'at-timestamp', '--timestamp', 'noon'],
      /It is not a time: YYYY-MM-DD/,
    ],
    [
      'a missing time',
      ['--from', 'at-timestamp'],
      'error: --timestamp and --from at-timestamp go together\n',
    ],
    [
      'a time in the future',
      ['--from', 'at-timestamp', '--timestamp', '2999-01-01'],
      'error: --timestamp is in the future\n',
    ],
    [
      'a missing position',
      ['--from', 'after-sequence-number'],
      /^error: --sequence-number and --from/,
    ],
    [
      'an invalid position',
      ['--from', 'after-sequence-number', '--sequence-number', 'x'],
      /x is not a number/,
    ],
    ['an invalid start', ['--from', 'monday'], /Allowed choices are trim-horizon/],
    [
      'a missing file of expectations',
      ['--expect', '/no/such'],
      /^error: --expect \/no\/such cannot be read: ENOENT[^\n]*\n$/,
    ],
    [
      'a file of something else',
      ['--expect', 'package.json'],
      /^error: --expect package\.json is no file of simulate --expect-out: line 1\n$/,
    ],
    ['no file of expectations', ['--expect', ''], /argument '' is invalid\. It names no file\.\n$/],
  ])('says in a line what is wrong with %s', async (what, args, line) => {
    const ask = what === 'an unknown stream' ? aws.run : say;
    const { status, stdout, stderr } = await ask(['consume', ...args]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    expect(stderr).not.toContain('    at ');
  });

  it('says in a line that the permission is missing', async () => {
    aws.respondWith.GetRecords = () => error('AccessDeniedException', 'not authorized');
    const outcome = await consume('--stream', STREAM);
    delete aws.respondWith.GetRecords;
    expect(outcome).toEqual({
      status: 1,
      stdout: '',
      stderr: 'error: No permission: not authorized\n',
    });
  });
});
