import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failureObject } from 'local-aws/event-source/failure-destination.ts';
import { openCatalog } from 'local-aws/glue/catalog.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { startTestStage } from '../fixtures/local-stage.ts';
import { run as tributary } from './fake-lake.ts';

const catalog = generateCatalog({ albums: 3, seed: 1 });
let stage: Awaited<ReturnType<typeof startTestStage>>;
beforeAll(async () => {
  stage = await startTestStage({
    spotify: { app: 'extended', catalog },
    streaming: true,
  });
}, 120_000);
afterAll(() => stage.end(), 60_000);

const run = (...args: string[]) =>
  tributary([...args, '--folder', stage.folder], { AWS_ENDPOINT_URL: stage.endpoints.aws });
const failed = (line: string | RegExp) => ({
  status: 1,
  stderr: typeof line === 'string' ? `error: ${line}\n` : expect.stringMatching(line),
});

describe('running a stage from the command line', () => {
  it('starts a run, waits for it and shows it, and starts no second one of its name', async () => {
    const { status, stdout } = await run('start', '--name', 'first-run', '--wait');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^first-run started\nfirst-run {2}COMPLETE\n.*\n\n {2}albums {4}3 /,
      ),
    });
    await expect(run('start', '--name', 'first-run')).resolves.toMatchObject(
      failed('An execution first-run exists already: give another --name'),
    );
    await expect(run('start', '--name', 'backfill-1')).resolves.toMatchObject(
      failed('--name: backfill-… belongs to uploaded manifests'),
    );
  }, 60_000);

  it('prints the lines of functions, of one run, by time', async () => {
    const { status, stdout, stderr } = await run('logs', 'fetchToken', '--run', 'first-run');
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^\d+ lines? of 1 function\n$/),
    });
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \S+ fetchToken INFO done .*result=\{/);
    const all = await run('logs', '--run', 'first-run', '--format', 'ndjson');
    const names = all.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).function_name);
    expect(names[0]).toBe('tributary-local-fetchToken');
    expect(new Set(names).size).toBeGreaterThan(5);
    await expect(run('logs', 'nothing')).resolves.toMatchObject(
      failed(/^error: nothing has not logged; there is .*fetchToken/),
    );
  }, 60_000);

  it('explains an album, a track and an artist by their raw objects, pages, requests and run', async () => {
    const rows = await stage.sql(`SELECT t.id, t.album_id, l.artist_id, t.name FROM tracks t
      JOIN track_artists l ON l.track_id = t.id LIMIT 1`);
    const [track, album, artist, name] = rows.rows[0] as [string, string, string, string];
    const ofTrack = await run('explain', track);
    expect(ofTrack).toMatchObject({ status: 0, stderr: '' });
    for (const line of [
      new RegExp(`^track ${track}\\n {2}name +${name}\\n`),
      /\n {2}row +\S+curated\/tracks\/ingest_date=\S+\/first-run.parquet\n/,
      new RegExp(`\\n {2}object +\\S+raw/album_tracks/album_id=${album}/tracks.json\\n`),
      /\n {2}page +1 of 1, item \d+\n/,
      new RegExp(`\\n {2}request +GET http\\S+/albums/${album}/tracks`),
      /\n {2}object +\S+raw\/new_releases\/\S+\/page-00000.json\n/,
      /\n {2}request +GET http\S+new-releases/,
      /\nrun first-run\n {2}status +COMPLETE\n/,
    ]) {
      expect(ofTrack.stdout).toMatch(line);
    }
    const ofAlbum = await run('explain', album, '--raw');
    expect(ofAlbum.stdout).toMatch(new RegExp(`^album ${album}\n`));
    expect(ofAlbum.stdout).toContain('"album_type"');
    const ofArtist = await run('explain', artist);
    expect(ofArtist.stdout).toMatch(new RegExp(`^artist ${artist}\n`));
    expect(ofArtist.stdout).toContain(`album_id=${album}/`);
    await expect(run('explain', 'nothing')).resolves.toMatchObject(
      failed('No album, track, artist, run or event nothing'),
    );
    await expect(run('explain', "x' OR 1=1")).resolves.toMatchObject(failed("x' OR 1=1 is no id"));
  }, 60_000);

  it('explains a delivered and a rejected event by shard, position and original bytes', async () => {
    const good = '{"session_id":"e1","country":"USA", "browsing_history":[],"x":"\\u00e9"}';
    const bad = '{"session_id":"e2","country":7,"browsing_history":[]}';
    for (const json of [good, bad]) await run('produce', '--json', json);
    await stage.streaming?.drain();
    const idOf = async (sql: string) => String((await stage.sql(sql)).rows[0]?.[0]);
    const delivered = await idOf("SELECT event_id FROM sessions WHERE session_id = 'e1'");
    const found = await run('explain', delivered);
    expect(found).toMatchObject({ status: 0, stderr: '' });
    const [shard = '', sequence] = delivered.split('-');
    expect(found.stdout).toContain(`  shard          shardId-${shard.padStart(12, '0')}\n`);
    expect(found.stdout).toContain(`  position       ${sequence}\n`);
    expect(found.stdout).toMatch(/\ndelivered to the segment usa\n {2}session +e1\n/);
    expect(found.stdout).toMatch(/\n {2}object +\S+firehose\/ingest_date=/);
    // Once out of the stream and once out of the delivered object.
    expect(found.stdout.split(good)).toHaveLength(3);
    const rejected = await idOf(
      "SELECT event_id FROM rejected_sessions WHERE partition_key = 'e2'",
    );
    const failing = await run('explain', rejected);
    expect(failing.stdout).toMatch(/\nrejected: invalid-country\n/);
    expect(failing.stdout).toMatch(/\n {2}message +country .*\n {2}field +country\n/);
    expect(failing.stdout.split(bad)).toHaveLength(3);
    await expect(run('explain', `${rejected}#7`)).resolves.toMatchObject(
      failed(`The record ${rejected} is no aggregate: its one event is ${rejected}`),
    );
  }, 60_000);

  it('stops the run that is running, and says if there is none', async () => {
    await expect(run('stop')).resolves.toMatchObject(failed('No run is running'));
    stage.awsFaults.setPlan({
      seed: 1,
      faults: [{ kind: 'lambda-error', error: 'Lambda.ServiceException', at: 0, times: 100 }],
    });
    await run('start', '--name', 'second-run');
    await expect(run('stop')).resolves.toMatchObject({ status: 0, stdout: 'second-run stopped\n' });
    stage.awsFaults.setPlan(undefined);
    await expect(run('stop', 'first-run')).resolves.toMatchObject(
      failed('first-run is not running'),
    );
  }, 60_000);

  it('rebuilds the tables with a new column, without doubling a row or a request to Spotify', async () => {
    const rows = async () =>
      (await stage.sql('SELECT count(*), count(DISTINCT id), count(duration_ms) FROM tracks'))
        .rows[0];
    const before = await rows();
    // As if the table had been crawled before it had this column.
    const catalog = openCatalog(join(stage.folder, 'catalog.json'));
    const { tracks } = catalog.read();
    if (!tracks) throw new Error('no table');
    const columns = tracks.columns.filter(({ name }) => name !== 'duration_ms');
    catalog.write('tracks', { ...tracks, columns });
    await expect(rows()).rejects.toThrow('duration_ms');
    const requests = stage.spotify.requests.byEndpoint;
    const counts = { ...requests };
    const { status, stdout, stderr } = await run('rebuild', '--table', 'tracks');
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `1 run rebuilt, ${before?.[0]} rows\n`,
      stderr: expect.stringMatching(/^rebuild-\d{8}T\d{6}Z started\n$/),
    });
    expect(await rows()).toEqual(before);
    expect(stage.spotify.requests.byEndpoint).toEqual(counts);
    await expect(run('rebuild', '--table', 'runs')).resolves.toMatchObject(
      failed(/^error: option '--table <name>' argument 'runs' is invalid/),
    );
    await expect(run('rebuild', '--resume', 'nothing')).resolves.toMatchObject(
      failed('--resume: there is no execution nothing'),
    );
  }, 60_000);

  it('resumes a rebuild that was cut in the middle, with the same table', async () => {
    const [more] = generateCatalog({ albums: 4, seed: 2 }).albums;
    if (!more) throw new Error('no album');
    catalog.albums.push(more);
    catalog.tracks[more.id] = [];
    await run('start', '--name', 'third-run', '--wait');
    // The writes of the call: its progress, the first run's tracks, its progress; then the second run.
    stage.awsFaults.setPlan({
      seed: 1,
      faults: [
        {
          kind: 'killed-at-call',
          function: 'transformBatch',
          counts: 'writes',
          effect: 'none',
          at: 3,
          times: 100,
        },
      ],
    });
    const rebuilding = run('rebuild', '--table', 'albums');
    while (!stage.awsFaults.struck['killed-at-call']) await new Promise((r) => setTimeout(r, 20));
    const { stdout } = await run('stop');
    const name = stdout.split(' ')[0] ?? '';
    await expect(rebuilding).resolves.toMatchObject(
      failed(new RegExp(`to continue: .*rebuild --resume ${name}`)),
    );
    stage.awsFaults.setPlan(undefined);

    await expect(run('rebuild', '--resume', name)).resolves.toMatchObject({
      status: 0,
      stdout: '2 runs rebuilt, 4 rows\n',
    });
    expect((await stage.sql('SELECT count(*), count(DISTINCT id) FROM albums')).rows).toEqual([
      ['4', '4'],
    ]);
    await expect(run('rebuild', '--resume', 'third-run')).resolves.toMatchObject(
      failed('--resume: third-run is no rebuild'),
    );
  }, 60_000);

  it('shows the starts that failed, and empties their queue', async () => {
    stage.failedStarts.push({
      queueArn: 'arn:aws:sqs:us-east-1:000000000000:tributary-local-failed-starts',
      event: { detail: { object: { key: 'raw/manifests/x' } } },
      reason: 'AccessDenied: states:StartExecution',
    });
    const { status, stdout } = await run('failed-starts', '--format', 'ndjson');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      sent: null,
      reason: 'AccessDenied: states:StartExecution',
      event: '{"detail":{"object":{"key":"raw/manifests/x"}}}',
    });
    await expect(run('failed-starts', '--purge')).resolves.toMatchObject({ status: 0 });
    expect(stage.failedStarts).toEqual([]);
  }, 60_000);

  it('shows discarded batches and their events, and sends them to their stream again', async () => {
    const record = {
      shardId: 'shardId-000000000000',
      sequenceNumber: '49',
      partitionKey: 'a1',
      arrivedAt: 1_800_000_000,
      data: Buffer.from('{"session_id":"a1","n":1}').toString('base64'),
    };
    const store = (sequenceNumbers: string[], uuid?: string) => {
      const { key, body } = failureObject(
        sequenceNumbers.map((sequenceNumber) => ({ ...record, sequenceNumber })),
        { condition: 'RetryAttemptsExhausted', invocations: 3, functionError: true },
        {
          id: 'mapping',
          functionArn:
            'arn:aws:lambda:us-east-1:000000000000:function:tributary-local-enrichSessions',
          streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/tributary-local-sessions',
        } as Parameters<typeof failureObject>[2],
        new Date('2026-11-22T06:00:00Z'),
      );
      const name = uuid === undefined ? key : key.replace(/[^-]+(-[^-]+){4}$/, uuid);
      const file = join(stage.lakeFolder, 'tributary-local-failed-batches', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, body);
    };
    await expect(run('failed-batches', 'all', '--send')).resolves.toMatchObject({
      status: 0,
      stdout: 'There is no batch to send\n',
    });
    store(['49', '50']);
    const { stdout } = await run('failed-batches', '--format', 'ndjson');
    const batch = JSON.parse(stdout);
    expect(batch).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      time: '2026-11-22T06:00:00.000Z',
      function: 'tributary-local-enrichSessions',
      stream: 'tributary-local-sessions',
      records: 2,
      why: 'RetryAttemptsExhausted',
    });
    const events = await run('failed-batches', batch.id);
    expect(events.stdout.match(/"event":\{"session_id":"a1","n":1\}/g)).toHaveLength(2);
    await expect(run('failed-batches', batch.id, '--send')).resolves.toMatchObject({
      status: 0,
      stdout: `${batch.id}: 2 records sent to tributary-local-sessions\n`,
    });
    const { stdout: sent } = await run('consume', '--stream', 'sessions');
    expect(sent.match(/\{"session_id":"a1","n":1\}/g)).toHaveLength(2);
    // Of one second, and so in no order by their names.
    store(['7'], 'ffffffff-0000-4000-8000-000000000000');
    store(['51'], 'eeeeeeee-0000-4000-8000-000000000000');
    store(['100'], '00000000-0000-4000-8000-000000000000');
    const all = await run('failed-batches', 'all', '--send');
    expect(all.stdout.split('\n').map((line) => line.slice(0, 8))).toEqual([
      'ffffffff',
      batch.id,
      'eeeeeeee',
      '00000000',
      '',
    ]);
    await expect(run('failed-batches', 'none')).resolves.toMatchObject(
      failed('There is no batch none'),
    );
    const elsewhere = await tributary(['failed-batches', '--folder', '.local/no-such-folder'], {});
    expect(elsewhere).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^error: There is no lake in \.local\/no-such-folder yet/),
    });
  }, 60_000);
});
