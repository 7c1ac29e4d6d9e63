import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compressLines } from '../../core/sessions/envelopes.ts';
import { joinLines } from '../../core/sessions/lines.ts';
import { packRecords } from '../../core/sessions/pack-records.ts';
import { enriched } from '../core/simulation/fixtures.ts';
import { collect, error, type GivenAws, givenAws, recordsIn } from './fixtures.ts';
import { givenOneProcess } from './one-process.ts';

const SOURCE = 'tributary-local-sessions';

let aws: GivenAws;
let file: string;
beforeAll(async () => {
  aws = await givenAws({ [SOURCE]: 2, [`${SOURCE}-usa`]: 2, paced: 1 });
  file = join(aws.folder, 'expected.ndjson');
});
afterAll(() => aws.close());

const oneProcess = givenOneProcess();
afterAll(oneProcess.end);
/** For what a command says before it calls anybody. */
const say = (args: string[]) => oneProcess.run(args, { AWS_ENDPOINT_URL: aws.url });

/** What the functions do, in one go: enriches the source, and routes the USA segment. */
async function routeUsa(): Promise<void> {
  const events = (await recordsIn(aws, SOURCE)).flatMap((data, i) => {
    const result = enriched(data, `0-${i + 1}`);
    if ('reason' in result || result.segment !== 'usa') return [];
    return [{ partitionKey: result.partitionKey, data: compressLines(joinLines([result.data])) }];
  });
  for (const { data, partitionKey } of packRecords(events)) {
    await aws.put(`${SOURCE}-usa`, { data, key: partitionKey });
  }
}

describe('tributary simulate', () => {
  it('sends what it wrote down, which consume --expect finds in the source and behind the functions', async () => {
    const simulated = await aws.run([
      ...['simulate', '--count', '600', '--seed', '7', '--expect-out', file],
      ...['--malformed', '5', '--no-country', '2', '--duplicates', '3', '--hot-key', '2'],
    ]);
    expect(simulated).toMatchObject({ status: 0, stderr: '' });
    expect(simulated.stdout).toMatch(/^600 events sent to tributary-local-sessions \(/);
    expect(simulated.stdout).toMatch(/ usa\n/);
    expect(simulated.stdout).toMatch(/ rejected: missing-country\n/);
    expect(await recordsIn(aws, SOURCE)).toHaveLength(600);

    await expect(aws.run(['consume', '--expect', file])).resolves.toEqual({
      status: 0,
      stdout: '600 of 600 events arrived in tributary-local-sessions\n',
      stderr: '',
    });

    await routeUsa();
    const usa = ['consume', '--stream', 'sessions-usa', '--expect', file];
    const [, total] = /(\d+) {2}usa/.exec(simulated.stdout) ?? [];
    await expect(aws.run(usa)).resolves.toEqual({
      status: 0,
      stdout: `${total} of ${total} events arrived in tributary-local-sessions-usa\n`,
      stderr: '',
    });
  });

  it('makes consume --expect end with 1 when events are lost or unexpected', async () => {
    const [header, first = '', ...rest] = readFileSync(file, 'utf8').trimEnd().split('\n');
    const another = first.replace(/"digest":"[^"]*"/, '"digest":"another"');
    writeFileSync(file, [header, another, ...rest].join('\n'));
    await expect(aws.run(['consume', '--expect', file, '--wait', '0'])).resolves.toEqual({
      status: 1,
      stdout: expect.stringMatching(
        /^599 of 600 events arrived .*\n1 lost:\n {2}number 1, of session .*\n1 unexpected:\n/,
      ),
      stderr: `error: The outcome is not the one in ${file}: 1 lost, 1 unexpected\n`,
    });
  });

  it('says on Ctrl-C how many events are left, and keeps the file of those sent', async () => {
    const part = join(aws.folder, 'part.ndjson');
    const args = ['--rate', '50', '--duration', '60', '--expect-out', part];
    const child = aws.start(['simulate', '--stream', 'paced', ...args]);
    const outcome = collect(child);
    await aws.nextCall('PutRecords');
    child.kill('SIGINT');
    const { status, stdout, stderr } = await outcome;
    const [, sent] = /^(\d+) events sent/.exec(stdout) ?? [];
    const left = (3_000 - Number(sent)).toLocaleString('en');
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr: `${left} of 3,000 events were not sent\n`,
    });
    expect(readFileSync(part, 'utf8').trimEnd().split('\n')).toHaveLength(Number(sent) + 1);
  });

  it('keeps to its rate', async () => {
    const start = performance.now();
    const { stdout } = await aws.run([
      'simulate',
      '--stream',
      'paced',
      '--rate',
      '100',
      '--duration',
      '2',
    ]);
    expect(stdout).toMatch(/^200 events sent to paced/);
    expect(performance.now() - start).toBeGreaterThan(1_900);
  });

  it.each([
    ['no count', [], 'error: How many events? Give --rate and --duration, or --count\n'],
    ['a duration alone', ['--duration', '1'], 'error: --duration needs a --rate\n'],
    ['more than all', ['--count', '1', '--malformed', '60', '--no-country', '60'], /more than all/],
    ['an invalid share', ['--count', '1', '--malformed', 'few'], /not a percentage/],
    [
      'a file that cannot be written',
      ['--count', '1', '--expect-out', '/no/such'],
      /cannot be written/,
    ],
    ['an unknown stream', ['--count', '1', '--stream', 'nothing'], /^error: Not found/],
    [
      'the stream of enriched events',
      ['--count', '1', '--stream', 'sessions-enriched'],
      /^error: tributary-local-sessions-enriched carries compressed events, .*\n$/,
    ],
  ])('says in a line what is wrong with %s', async (_, args, line) => {
    const run = args.includes('--stream') ? aws.run : say;
    const { status, stderr } = await run(['simulate', ...args]);
    expect(status).toBe(1);
    expect(stderr).toEqual(typeof line === 'string' ? line : expect.stringMatching(line));
    expect(stderr).not.toContain('    at ');
  });

  it('says in one line how many events a failure left unsent, and why', async () => {
    let calls = 0;
    aws.respondWith.PutRecords = () => {
      calls += 1;
      return calls === 1 ? undefined : error('AccessDeniedException', 'not authorized');
    };
    const args = ['simulate', '--stream', 'paced', '--count', '40', '--rate', '40'];
    const { status, stdout, stderr } = await aws.run(args);
    const sent = Number(/^(\d+) events? sent/.exec(stdout)?.[1]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `error: No permission: not authorized; ${40 - sent} of 40 events were not sent: sending had stopped\n`,
    });
    delete aws.respondWith.PutRecords;
  });

  it('says only why when nothing was sent', async () => {
    const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const { status, stderr } = await aws.run(['simulate', '--count', '10', '--rate', '10'], {
      env: nowhere,
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'error: Nothing listens on 127.0.0.1:9 (ECONNREFUSED): is the address right?\n',
    });
  });
});
