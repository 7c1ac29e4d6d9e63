import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { startSpotify } from 'spotify-mock/server.ts';
import { startProxy } from '../fixtures/forward-proxy.ts';
import { packageFolder } from '../fixtures/packaged-service.ts';
import { stageFolder } from '../fixtures/stage-folder.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;
let children: ChildProcess[] = [];
beforeAll(async () => void (await packageFolder('local')), 120_000);
beforeEach(() => {
  folder = stageFolder();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  rmSync(folder, { recursive: true });
});

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['local/main.ts', '--folder', folder, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk;
    });
  }
  return {
    child,
    text: () => text,
    async shows(pattern: RegExp) {
      while (!pattern.test(text)) {
        if (child.exitCode !== null) throw new Error(`It ended with:\n${text}`);
        await sleep(20);
      }
    },
    ended: once(child, 'close').then(([code]) => code as number),
  };
}

const endpoints = () => join(folder, 'endpoints.json');
const filesOf = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Nothing that this folder's stage has started is running. */
function expectNoProcess() {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  expect(stdout).not.toContain(folder);
}

describe('npm start', () => {
  it.each([
    ['the batch runs', /StartRun/, [], /^Interrupted while the batch ran\. Kept: what has loaded/m],
    [
      'events are sent',
      /Sending/,
      ['--albums', '1', '--sessions', '20000'],
      /^\d+ of 20000 events were sent\. Every event in the streams was delivered\.$/m,
    ],
  ])('ends in order at Ctrl-C while %s', async (_, until, args, says) => {
    const run = start(args);
    await run.shows(until);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.text()).toMatch(says);
    expect(run.text()).not.toMatch(/^(COMPLETE|FAILED)|Error/m);
    expect(existsSync(endpoints())).toBe(false);
    expectNoProcess();
  });

  // Three programs, one after the other: on a machine with other work to do, more than the usual minute.
  it('serves after a run with faults, whose samples are kept out of the lake', async () => {
    const plan = join(root, 'examples/quota-fault-plan.json');
    // Nothing listens there: whatever were called by the environment of the terminal would fail.
    const nowhere = 'http://127.0.0.1:9';
    const elsewhere = {
      AWS_ENDPOINT_URL: nowhere,
      AWS_ENDPOINT_URL_S3: nowhere,
      AWS_ENDPOINT_URL_SSM: nowhere,
      AWS_PROFILE: 'of-another-stage',
    };
    const args = ['--keep', '--albums', '30', '--sessions', '0', '--faults', plan];
    const run = start(args, elsewhere);
    await run.shows(/Serving until Ctrl-C/);
    expect(run.text()).toMatch(/the console on\s+http/);
    expect(run.text()).toMatch(/^DEFERRED /m);
    expect(run.text()).not.toMatch(/fail/i);
    const { lakeBucket } = JSON.parse(readFileSync(endpoints(), 'utf8'));
    const lake = join(folder, 'lake');
    expect(filesOf(join(lake, 'tributary-local-lake')).join()).not.toMatch(/run_id=sample/);
    const samples = filesOf(join(lake, lakeBucket)).join();
    expect(samples).toMatch(/run_id=sample/);
    const manifest = samples.split(',').find((file) => file.endsWith('/manifest.json')) ?? '';
    const { status, counts } = JSON.parse(readFileSync(manifest, 'utf8'));
    expect({ status, loaded: counts.loaded }).toEqual({ status: 'PARTIAL', loaded: 50 });
    const [, ...sample] = /^npx (sls invoke local .*)$/m.exec(run.text())?.[1]?.split(' ') ?? [];
    const sls = join(root, 'node_modules/serverless/bin/serverless.js');
    // The Serverless Framework itself asks for the profile.
    const env = { ...process.env, ...elsewhere, AWS_PROFILE: undefined };
    const invoke = (words: string[]) =>
      spawnSync(process.execPath, [sls, ...words], { cwd: root, encoding: 'utf8', env }).stdout;
    expect(invoke(sample)).toMatch(/"outcome": "ISSUED"/);
    // Its events go into streams of their own: one is rejected, too.
    const ofEvents = sample.map((word) =>
      word.replace('fetchToken', 'enrichSessions').replace('fetch-token', 'enrich-sessions'),
    );
    expect(invoke(ofEvents)).toMatch(/"batchItemFailures": \[\]/);
    const second = start(['--fresh']);
    expect(await second.ended).toBe(1);
    expect(second.text()).toMatch(/^error: The local stage already serves \(process \d+\): .*\n$/);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    const events = filesOf(lake).filter((file) => /\/(sessions|[^/]*-sessions-[^/]*)\//.test(file));
    expect(events).toEqual([expect.stringContaining(`${lakeBucket}/rejected/sessions/`)]);
    expect(existsSync(endpoints())).toBe(false);
    expectNoProcess();
  }, 180_000);

  it('says at Ctrl-C that the lake is empty, once --fresh has emptied it', async () => {
    const object = join(folder, 'lake/tributary-local-lake/a');
    mkdirSync(dirname(object), { recursive: true });
    writeFileSync(object, '');
    const run = start(['--fresh', '--keep', '--albums', '1']);
    while (existsSync(object)) await sleep(1);
    run.child.kill('SIGINT');
    await run.ended;
    expect(run.text()).toMatch(/^Interrupted while starting\. The lake in .* is empty\.$/m);
  });

  it('names a damaged file of the lake in one line', async () => {
    const file = join(
      folder,
      'lake/tributary-local-sessions-usa/firehose/ingest_date=2026-11-20/damaged.gz',
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'This is not gzip.');
    const run = start(['--albums', '1', '--sessions', '10']);
    expect(await run.ended).toBe(1);
    expect(run.text()).toMatch(
      /^error: A query of the lake failed: .*\/damaged\.gz \(--stack shows where\)\n$/m,
    );
    expect(run.text()).not.toMatch(/^ +at /m);
  });

  it('leaves no process behind when it is killed', async () => {
    const run = start(['--keep', '--albums', '1', '--sessions', '0']);
    await run.shows(/Serving until Ctrl-C/);
    run.child.kill('SIGKILL');
    await run.ended;
    await sleep(500);
    expectNoProcess();
  });

  it('rejects a folder that is a file in one line', async () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(file, '');
    const run = start(['--folder', file]);
    expect(await run.ended).toBe(1);
    expect(run.text()).toMatch(/^error: --folder .*notes\.txt is a file, not a folder: [^\n]*\n$/);
  });

  it('rejects more albums than memory holds, and names the limit', async () => {
    const run = start(['--albums', '99999999999']);
    expect(await run.ended).toBe(1);
    expect(run.text()).toMatch(/^error: .*'--albums <count>' .*It is above 100000\.\n$/);
  });

  it('rejects a folder without a name, such as that of an unset variable, in one line', async () => {
    const run = start(['--folder', '']);
    expect(await run.ended).toBe(1);
    expect(run.text()).toBe(
      "error: option '--folder <folder>' argument '' is invalid. It names no folder.\n",
    );
  });

  it.each([
    ['--faults', '', "option '--faults <file>' argument '' is invalid. It names no file."],
    ['--catalog', '', "option '--catalog <file>' argument '' is invalid. It names no file."],
    [
      '--latency',
      '9000000000',
      "option '--latency <ms>' argument '9000000000' is invalid. It is above 60000.",
    ],
  ])('rejects %s %j in one line', async (name, value, problem) => {
    const run = start([name, value]);
    expect(await run.ended).toBe(1);
    expect(run.text()).toBe(`error: ${problem}\n`);
  });

  it('rejects a word that is no option in one line', async () => {
    const run = start(['dev', 'extra']);
    expect(await run.ended).toBe(1);
    expect(run.text()).toBe("error: npm start takes no 'dev', only options: npm start -- --help\n");
  });

  const onLinux = existsSync('/dev/full') ? it : it.skip;
  onLinux.each([[['--help']], [['--albums', '1', '--sessions', '0']]])(
    'says in a line that standard output is full, with %j',
    (args) => {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(
        process.execPath,
        ['local/main.ts', '--folder', folder, ...args],
        { cwd: root, encoding: 'utf8', stdio: ['ignore', full, 'pipe'] },
      );
      closeSync(full);
      const line =
        'error: standard output cannot be written: ENOSPC: no space left on device, write\n';
      expect({ status, stderr }).toEqual({ status: 1, stderr: line });
      expectNoProcess();
    },
  );

  it('asks for the credentials of --real in one line', async () => {
    const run = start(['--real'], { SPOTIFY_CLIENT_ID: 'some-id', SPOTIFY_CLIENT_SECRET: '' });
    expect(await run.ended).toBe(1);
    expect(run.text()).toMatch(/^error: --real needs SPOTIFY_CLIENT_ID and [^\n]*\n$/);
  });

  it('--real asks another address with the credentials of the environment, and writes them nowhere', async () => {
    const credentials = { clientId: 'an-app-of-mine', clientSecret: 'a-secret-of-mine' };
    const catalog = generateCatalog({ albums: 3, seed: 5 });
    const spotify = await startSpotify({ app: 'development', catalog, ...credentials });
    try {
      const urls = ['spotifyApiUrl', 'spotifyAccountsUrl'].map((name) => `${name}=${spotify.url}`);
      const startReal = (secret: string) =>
        start(['--real', '--sessions', '0', ...urls.flatMap((param) => ['--param', param])], {
          SPOTIFY_CLIENT_ID: credentials.clientId,
          SPOTIFY_CLIENT_SECRET: secret,
        });
      const mistaken = startReal('mistyped');
      expect(await mistaken.ended).toBe(1);
      expect(mistaken.text().replace(/\s+/g, ' ')).toContain(
        'FAILED InvalidCredentials: Spotify does not know this client id and secret (400 Invalid client): check the two parameters. They are those of SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET',
      );
      const run = startReal(credentials.clientSecret);
      expect(await run.ended).toBe(0);
      expect(run.text()).toMatch(/^COMPLETE[^\n]*\n +albums +3 loaded/m);
      const { byEndpoint } = spotify.requests;
      expect(byEndpoint['album-tracks']).toBeGreaterThanOrEqual(3);
      const { token, ...api } = byEndpoint;
      const asked = Object.values(api).reduce((sum, n) => sum + n, 0);
      expect(token).toBe(2);
      expect(run.text()).toContain(`  requests  ${asked + 1} (token 1, Spotify ${asked})`);
      const secrets = [credentials.clientSecret, ...spotify.tokens];
      for (const text of [
        run.text(),
        ...filesOf(folder).map((file) => readFileSync(file, 'latin1')),
      ]) {
        for (const secret of secrets) expect(text.includes(secret)).toBe(false);
      }
    } finally {
      await spotify.close();
    }
  });

  it('--real asks through the proxy of the environment, whose password it writes nowhere', async () => {
    const app = { clientId: 'an-app-of-mine', clientSecret: 'a-secret-of-mine' };
    const catalog = generateCatalog({ albums: 3, seed: 5 });
    const spotify = await startSpotify({ app: 'development', catalog, ...app });
    const password = 'pass@word-of-a-proxy';
    const proxy = await startProxy({ user: 'me', password });
    try {
      const params = ['spotifyApiUrl', 'spotifyAccountsUrl'].map(
        (name) => `${name}=${spotify.url}`,
      );
      const startBehind = (url: string) =>
        start(['--real', '--sessions', '0', ...params.flatMap((param) => ['--param', param])], {
          SPOTIFY_CLIENT_ID: app.clientId,
          SPOTIFY_CLIENT_SECRET: app.clientSecret,
          HTTP_PROXY: url,
        });
      const run = startBehind(proxy.url);
      expect(await run.ended).toBe(0);
      expect(run.text()).toMatch(/^COMPLETE[^\n]*\n +albums +3 loaded/m);
      const asked = Object.values(spotify.requests.byEndpoint).reduce((sum, n) => sum + n, 0);
      expect(proxy.seen).toHaveLength(asked);
      expect(asked).toBeGreaterThan(3);
      const mistaken = startBehind(`me:${password}@proxy`);
      expect(await mistaken.ended).toBe(1);
      expect(mistaken.text()).toMatch(/^error: HTTP_PROXY is no address of a proxy[^\n]*\n$/);
      for (const text of [
        run.text(),
        mistaken.text(),
        ...filesOf(folder).map((file) => readFileSync(file, 'latin1')),
      ]) {
        for (const secret of [password, encodeURIComponent(password)]) {
          expect(text.includes(secret)).toBe(false);
        }
      }
    } finally {
      await proxy.close();
      await spotify.close();
    }
  });
});
