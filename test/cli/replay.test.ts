import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Reason } from '../../core/sessions/reasons.ts';
import { rejectedLines } from '../../core/sessions/rejected-lines.ts';
import {
  BUCKET,
  error,
  type GivenAws,
  givenAws,
  type Outcome,
  objectsUnder,
  recordsIn,
} from './fixtures.ts';
import { givenOneProcess } from './one-process.ts';

const SOURCE = 'tributary-local-sessions';

let aws: GivenAws;
let sequence = 10_000;
beforeEach(async () => {
  aws = await givenAws({ [SOURCE]: 1 });
});
afterEach(() => aws.close());

const { run: say, end } = givenOneProcess();
afterAll(end);

const now = () => new Date().toISOString();
const today = () => now().slice(0, 10);

const linesOf = (
  reason: Reason,
  original: string | Buffer,
  rejectedAt: string,
  sequenceNumber = `${sequence++}`,
  part?: number,
) =>
  rejectedLines(
    { reason },
    {
      stream: SOURCE,
      shardId: 'shardId-000000000000',
      sequenceNumber,
      partitionKey: 'a1',
      arrivedAt: rejectedAt,
      ...(part !== undefined && { part }),
    },
    Buffer.from(original as string),
    rejectedAt,
  );

/** As Firehose files it. */
const file = (key: string, ...lines: Buffer[]) =>
  aws.s3.send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: `rejected/sessions/ingest_date=${key}.gz`,
      Body: gzipSync(Buffer.concat(lines)),
    }),
  );

const replay = (...args: string[]) => aws.run(['replay', ...args]);
const sent = async () => (await recordsIn(aws, SOURCE)).map(String);

async function givenThree(): Promise<void> {
  const early = linesOf('not-json', '{"early', '2026-11-19T23:59:59.000Z');
  const quantity = linesOf('invalid-quantity', '{"quantity":-1}', '2026-11-20T06:00:00.000Z');
  const noJson = linesOf('not-json', '{"a', '2026-11-20T23:59:58.000Z');
  // Lambda repeated the batch, and Firehose got the last one on the next day.
  await file('2026-11-19/a', ...early);
  await file('2026-11-20/b', ...quantity, ...quantity);
  await file('2026-11-21/c', ...noJson);
}

describe('tributary replay', () => {
  it('sends the events of a reason again, once each and in their bytes, and says which', async () => {
    await givenThree();
    const args = ['--since', '2026-11-20', '--until', '2026-11-21'];
    const { status, stdout, stderr } = await replay('--reason', 'invalid-quantity', ...args);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^0-\d+\tinvalid-quantity\t0-\d+\n$/),
    });
    expect(stderr).toBe(`1 event replayed to ${SOURCE}\n`);
    expect(await sent()).toEqual(['{"quantity":-1}']);
  });

  it('sends those of all reasons in the order in which they stood in the source', async () => {
    await givenThree();
    await replay('--reason', 'all', '--since', '2026-11-01');
    expect(await sent()).toEqual(['{"early', '{"quantity":-1}', '{"a']);
  });

  it('keeps that order within a record that holds many, though Firehose throttled some of them', async () => {
    const part = (n: number) => linesOf('not-json', `{"${n}`, '2026-11-20T06:00:00.000Z', '9', n);
    const behind = linesOf('not-json', '{"behind', '2026-11-20T06:00:00.000Z', '10');
    await file('2026-11-20/a', ...behind, ...part(10), ...part(1), ...part(2));
    await replay('--reason', 'all', '--since', '2026-11-20');
    expect(await sent()).toEqual(['{"1', '{"2', '{"10', '{"behind']);
  });

  it('counts by reason in a dry run, and sends nothing', async () => {
    await givenThree();
    const { status, stdout } = await replay('--since', '2026-11-20', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\ninvalid-quantity +1 +15 +2026-11-20 06:00:00 {2}2026-11-20 06:00:00\n/,
    );
    expect(stdout).toMatch(/\nnot-json +1 /);
    expect(stdout).toMatch(/\n2 events would be replayed\n$/);
    expect(await sent()).toEqual([]);
  });

  it('joins an event of several parts, in any objects, and names an incomplete one', async () => {
    const large = Buffer.from(randomBytes(1_000_000).toString('hex').slice(0, 1_040_000));
    const parts = linesOf('too-large', large, '2026-11-20T06:00:00.000Z');
    const [lonely] = linesOf('too-large', large, '2026-11-20T07:00:00.000Z') as [Buffer];
    expect(parts.length).toBeGreaterThan(1);
    await file('2026-11-20/a', ...parts.slice(1), lonely);
    await file('2026-11-20/b', ...parts.slice(0, 1));
    const args = ['--reason', 'too-large', '--since', '2026-11-20'];
    const { status, stdout, stderr } = await replay(...args);
    expect(stdout).toMatch(/^0-\d+\ttoo-large\t0-\d+\n$/);
    expect(stderr).toMatch(/\nerror: 1 of 2 events was not sent: a part is missing \(0-\d+\)\n$/);
    expect(status).toBe(1);
    const [first] = await recordsIn(aws, SOURCE);
    expect(first?.equals(large)).toBe(true);
    // Its copy is rejected again, and one of the parts is not delivered yet.
    const copy = stdout.trimEnd().split('\t').at(-1) ?? '';
    await file(`${today()}/c`, ...linesOf('too-large', large, now(), copy.slice(2)).slice(1));
    const second = await replay(...args);
    expect(second.stderr).toMatch(
      /\nerror: 1 of 1 event was not sent: a part is missing \(0-\d+\)\n$/,
    );
    expect(second.stderr).not.toContain(copy);
  });

  it('sends nothing in a second replay, and joins the rejected event with its copy', async () => {
    await givenThree();
    const args = ['--reason', 'all', '--since', '2026-11-01'];
    const { stdout } = await replay(...args);
    await expect(replay(...args)).resolves.toEqual({
      status: 0,
      stdout: '',
      stderr: `0 events replayed to ${SOURCE}; 3 skipped, replayed before (--again)\n`,
    });
    expect(await sent()).toHaveLength(3);
    const lines = (await objectsUnder(aws, 'replayed/sessions/ingest_date='))
      .flatMap((text) => text.split('\n').filter(Boolean))
      .map((line) => JSON.parse(line));
    const printed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.map((line) => [line.event_id, line.reason, line.replayed_as])).toEqual(printed);
    expect(lines[0]).toMatchObject({
      stream: SOURCE,
      replayed_to: SOURCE,
      replayed_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('takes a copy that is rejected again for the same event, also with --again', async () => {
    await givenThree();
    const args = ['--reason', 'all', '--since', '2026-11-01'];
    const { stdout } = await replay(...args);
    // All three are rejected once more, where the replay has put them.
    for (const [i, line] of stdout.trimEnd().split('\n').entries()) {
      const [, reason = '', copy = ''] = line.split('\t');
      await file(
        `${today()}/again-${i}`,
        ...linesOf(reason as Reason, '{"x', now(), copy.slice(2)),
      );
    }
    await expect(replay(...args)).resolves.toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('; 3 skipped'),
    });
    const again = await replay(...args, '--again');
    expect(again.stderr).toBe(`3 events replayed to ${SOURCE}\n`);
    expect(await sent()).toHaveLength(6);
    const counted = await replay('--since', '2026-11-01', '--dry-run');
    expect(counted.stdout).toBe(
      '0 events would be replayed; 3 skipped, replayed before (--again)\n',
    );
  });

  it('sends nothing where it cannot be remembered', async () => {
    await givenThree();
    aws.denyPuts();
    const { status, stderr } = await replay('--reason', 'all', '--since', '2026-11-01');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^error: No permission: /),
    });
    expect(await sent()).toEqual([]);
  });

  it('finds the lake of an account by the stream', async () => {
    const args = ['replay', '--stage', 'dev', '--stream', SOURCE, '--since', '1d', '--dry-run'];
    const env = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' };
    const { status, stderr } = await aws.run(args, { env });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^error: Not found \(are --bucket and --stage right\?\): .*\n$/,
      ),
    });
    const { status: given } = await aws.run([...args, '--bucket', BUCKET], { env });
    expect(given).toBe(0);
  });

  it('says in a line what is wrong', async () => {
    const lineOf = ({ status, stderr }: Outcome) => {
      expect(status).toBe(1);
      expect(stderr).not.toContain('    at ');
      return stderr.trimEnd().split('\n').at(-1);
    };
    const failed = async (...args: string[]) =>
      lineOf(await say(['replay', ...args], { AWS_ENDPOINT_URL: aws.url }));
    await expect(failed('--since', '1d')).resolves.toMatch(
      /^error: Which events\? Give a --reason/,
    );
    await expect(failed('--reason', 'not-json')).resolves.toMatch(/required option '--since/);
    await expect(failed('--reason', 'sunday', '--since', '1d')).resolves.toMatch(/Allowed choices/);
    await expect(
      failed('--reason', 'all', '--since', '2026-11-20', '--until', '2026-11-19'),
    ).resolves.toBe('error: --since is not before --until');
    await expect(failed('--reason', 'all', '--since', '2099-01-01')).resolves.toBe(
      'error: --since is in the future',
    );
    await expect(
      failed('--reason', 'all', '--since', '1d', '--stream', 'sessions-international'),
    ).resolves.toMatch(
      /^error: tributary-local-sessions-international carries compressed events, /,
    );

    await aws.s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: 'rejected/sessions/ingest_date=2026-11-20/x.gz',
        Body: 'no gzip',
      }),
    );
    expect(lineOf(await replay('--reason', 'all', '--since', '2026-11-20'))).toMatch(
      /^error: s3:\/\/.*\/x\.gz holds no rejected events: incorrect header check$/,
    );
  });

  it('says what was sent and what was not when a permission is missing', async () => {
    await givenThree();
    aws.respondWith.PutRecords = () => error('AccessDeniedException', 'not authorized');
    await expect(replay('--reason', 'all', '--since', '2026-11-01')).resolves.toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^0 events replayed to .*\nerror: No permission: not authorized\n$/,
      ),
    });
  });

  it('says of an event that is too large with its key that it is', async () => {
    // Alone it fits into a record; with its key of two bytes it does not.
    const lines = linesOf('too-large', Buffer.alloc(1_048_575, 'x'), '2026-11-20T06:00:00.000Z');
    await file('2026-11-20/a', ...lines);
    const { stderr } = await replay('--reason', 'too-large', '--since', '2026-11-20');
    expect(stderr).toMatch(
      /\nerror: 1 of 1 event was not sent: over 1,048,576 bytes with its key \(0-\d+\)\n$/,
    );
    expect(await sent()).toEqual([]);
  });

  it('sends nothing twice when two run at the same time', async () => {
    await givenThree();
    const args = ['--reason', 'all', '--since', '2026-11-01'];
    const outcomes = await Promise.all([replay(...args), replay(...args), replay(...args)]);
    expect((await sent()).sort()).toEqual(['{"a', '{"early', '{"quantity":-1}']);
    for (const { status, stderr } of outcomes) {
      if (status !== 0) {
        expect(stderr).toMatch(
          /^error: Another replay has been running since \d\d:\d\d:\d\d UTC: try again when it has ended, or at \d\d:\d\d:\d\d if it was killed\n$/,
        );
      }
    }
    expect(outcomes.map(({ status }) => status)).toContain(0);
  });

  it('waits for no replay that was killed longer than two minutes ago', async () => {
    await givenThree();
    const lease = (until: number) =>
      aws.s3.send(
        new PutObjectCommand({
          Bucket: BUCKET,
          Key: 'replayed/lease.json',
          Body: JSON.stringify({ id: 'x', startedAt: now(), until: new Date(until).toISOString() }),
        }),
      );
    await lease(Date.now() + 60_000);
    const args = ['--reason', 'not-json', '--since', '2026-11-01'];
    await expect(replay(...args)).resolves.toMatchObject({ status: 1, stdout: '' });
    expect(await sent()).toEqual([]);
    await lease(Date.now() - 1);
    await expect(replay(...args)).resolves.toMatchObject({ status: 0 });
    expect(await sent()).toHaveLength(2);
  });
});
