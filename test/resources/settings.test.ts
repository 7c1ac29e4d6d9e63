import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkSettings } from '../../resources/settings/check.ts';
import { defaultOf, params, SETTINGS } from '../../resources/settings/table.ts';
import { changedTree } from '../fixtures/changed-tree.ts';

const root = join(import.meta.dirname, '../..');
const check = (param: string, stage = 'dev') => checkSettings({ stage, params: [param] });

describe('A setting', () => {
  it.each([
    ['spotifySource=foo', "spotifySource must be one of auto, new-releases, search, not 'foo'"],
    ['spotifysource=auto', 'There is no setting spotifysource: did you mean spotifySource?'],
    ['streamShard=2', 'There is no setting streamShard: did you mean streamShards?'],
    ['xyzzyquux=1', 'There is no setting xyzzyquux: docs/settings.md lists all'],
    ['toString=1', 'There is no setting toString'],
    ['lakeBucket=x', 'There is no setting lakeBucket: did you mean lakeBucketName?'],
    ['awsUrl=http://127.0.0.1:1', 'There is no setting awsUrl'],
    ['foo', "--param takes name=value, not 'foo'"],
    ['trackConcurrency=2.5', "must be a whole number from 1 to 40, not '2.5'"],
    ['trackConcurrency=1e1', "must be a whole number from 1 to 40, not '1e1'"],
    ['trackConcurrency=41', 'must be a whole number from 1 to 40'],
    ['deliveryBufferSeconds=-1', 'must be a whole number from 0 to 900'],
    ['logRetentionDays=31', 'must be one of 1, 3, 5'],
    ['scheduleEnabled=yes', "must be true or false, not 'yes'"],
    ['schedule=daily', 'must be cron(…), rate(…) or at(…)'],
    ['scheduleTimezone=Mars/Olympus', 'must be a time zone like Europe/Berlin'],
    ['spotifyMarket=us', 'must be two capital letters like US'],
    ['spotifyApiUrl=http://example.org', 'must be an https:// address'],
    ['alarmEmail=nobody', 'must be an address like you@example.org'],
    ['removalPolicy=Keep', 'must be one of Delete, Retain'],
  ])('%s is refused in one line', (param, message) => {
    expect(() => check(param)).toThrow(message);
    expect(() => check(param)).not.toThrow(/\n|undefined/);
  });

  it.each([
    ...['spotifySource=search', 'schedule=rate(1 day)', 'scheduleTimezone=Europe/Berlin'],
    ...['spotifyRequestsPerSecond=0.5', 'trackConcurrency=40', 'deliveryBufferSeconds=0'],
    ...['spotifyApiUrl=http://127.0.0.1:8080', 'alarmEmail=', 'monthlyBudgetUsd=0'],
    ...['streaming=false', 'tracing=true', 'region=eu-central-1', 'sessionsStream=clicks'],
  ])('%s is accepted', (param) => {
    expect(() => check(param)).not.toThrow();
  });

  it.each(['lakeBucketName=x-lake', 'bucketSuffix=-x'])(
    '%s is refused on the stage local',
    (param) => {
      expect(() => check(param, 'local')).toThrow('is for stages in an account');
      expect(() => check(param)).not.toThrow();
    },
  );

  it('takes as many shards on the stage local as this machine serves', () => {
    expect(() => check('streamShards=200', 'local')).not.toThrow();
    expect(() => check('streamShards=201', 'local')).toThrow(
      "streamShards must be a whole number from 1 to 200 on the stage local, not '201'",
    );
    expect(() => check('streamShards=4096')).not.toThrow();
  });

  it('has defaults that its own rule accepts, on every stage', () => {
    for (const [name, setting] of Object.entries(SETTINGS)) {
      for (const stage of ['dev', 'prod', 'local', 'any']) {
        const value = defaultOf(setting, stage);
        if (value === undefined || String(value).includes('$')) continue;
        const rule = (stage === 'local' && setting.localRule) || setting.rule;
        expect([name, stage, rule.accepts(String(value))]).toEqual([name, stage, true]);
      }
    }
  });

  it('is used by a template or a function, and nothing else is', () => {
    const files = ['serverless.yml', 'statemachines/ingest-new-releases.asl.yml'];
    for (const folder of ['resources', 'functions']) {
      for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
        if (/\.(yml|ts)$/.test(file) && !file.startsWith('settings/'))
          files.push(join(folder, file));
      }
    }
    const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const used = new Set(
      [...text.matchAll(/param:(\w+)|(?:isOn|number)\((?:\w+, )?'(\w+)'\)/g)].map(
        ([, param, read]) => param ?? read,
      ),
    );
    const known = new Set(Object.values(params()).flatMap(Object.keys));
    known.add('trackReservedConcurrency');
    expect([...known].filter((name) => !used.has(name))).toEqual([]);
    expect([...used].filter((name) => !known.has(name as string))).toEqual([]);
  });
});

describe('A stage', () => {
  it.each([
    ['Prod', 'a stage is a-z'],
    ['my_stage', 'a stage is a-z'],
    ['a--b', 'a stage is a-z'],
    ['a'.repeat(18), 'a stage has 17 characters at most'],
  ])('%s is refused', (stage, message) => {
    expect(() => checkSettings({ stage, params: [] })).toThrow(message);
  });

  it('has less room beside a segment with a longer name', () => {
    const segments = [{ name: 'north-and-south', countries: 'rest' }] as const;
    expect(() => checkSettings({ stage: 'a'.repeat(16), params: [], segments })).toThrow('15 char');
    expect(() => checkSettings({ stage: 'a'.repeat(15), params: [], segments })).not.toThrow();
  });
});

describe('sls package', () => {
  async function refused(cwd: string, args: string[]): Promise<string> {
    const sls = join(root, 'node_modules/serverless/bin/serverless.js');
    const run = promisify(execFile)(process.execPath, [sls, 'package', ...args], { cwd });
    return run.then(
      () => 'packaged',
      ({ stdout, stderr }) => `${stderr}${stdout}`.split('Error:\n')[1]?.trim() ?? '',
    );
  }

  it('says what is wrong with a setting before it packages anything', async () => {
    using tree = changedTree({ file: 'serverless.yml', from: 'tributary', to: 'tributary' });
    expect(await refused(tree.folder, ['--param', 'spotifySource=foo'])).toBe(
      "spotifySource must be one of auto, new-releases, search, not 'foo'",
    );
    expect(readdirSync(tree.folder)).not.toContain('.serverless');
  }, 60_000);

  it('says in one line that a segment has the name of another stream', async () => {
    using tree = changedTree({
      file: 'core/sessions/segments.ts',
      from: "name: 'usa'",
      to: "name: 'enriched'",
    });
    expect(await refused(tree.folder, [])).toBe(
      'Segment "enriched": the service has a stream of that name already',
    );
  }, 60_000);
});
