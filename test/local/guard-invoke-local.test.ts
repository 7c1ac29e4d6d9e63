import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ownIdentity } from '../../local/process-identity.ts';
import { checkSettings } from '../../resources/settings/check.ts';

const GuardInvokeLocal = createRequire(import.meta.url)('../../local/guard-invoke-local.cjs');
const root = resolve(import.meta.dirname, '../..');
const sls = join(root, 'node_modules/serverless/bin/serverless.js');

/** What `sls invoke local` says is wrong. */
async function refusal(args: string[]): Promise<string> {
  const sample = ['-f', 'fetchToken', '--path', 'test/events/fetch-token.json'];
  // No account can be reached, whatever the machine has.
  const env = { ...process.env, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
  const said = await promisify(execFile)(
    process.execPath,
    [sls, 'invoke', 'local', ...sample, ...args],
    { cwd: root, env },
  ).catch((error: { stdout: string }) => error);
  return /Error:\n(.*)\n/.exec(said.stdout)?.[1] ?? said.stdout;
}

it('sls invoke local without a stage says what to do', async () => {
  expect(await refusal([])).toBe(
    '`sls invoke local` needs a stage: add `--stage local` after `npm start -- --keep` in another terminal; in an account: `sls invoke -f fetchToken --stage <stage>`',
  );
});

it('sls invoke local with a folder in which nothing serves says how to start it there', async () => {
  expect(await refusal(['--stage', 'local', '--param', 'folder=/tmp/no-such-lake'])).toBe(
    'The local stage does not serve: start it with `npm start -- --keep --folder /tmp/no-such-lake` in another terminal',
  );
});

/** What the plugin throws as sls makes it, with the options of the command line. */
const thrownFor =
  (options: object, command = 'invoke local') =>
  () =>
    new GuardInvokeLocal(
      {
        processedInput: { commands: command.split(' ') },
        serviceDir: '/tmp/no-such-service',
        classes: { Error },
      },
      { function: 'fetchToken', ...options },
    );

it('sls invoke local without a serving stage says how to start it', () => {
  expect(thrownFor({ stage: 'local' })).toThrow(
    'The local stage does not serve: start it with `npm start -- --keep` in another terminal',
  );
});

it('sls invoke local names a folder as a shell takes it', () => {
  expect(thrownFor({ stage: 'local', param: ["folder=/tmp/no such lake's"] })).toThrow(
    "start it with `npm start -- --keep --folder '/tmp/no such lake'\\''s'` in another terminal",
  );
});

it('sls invoke local knows a stage that ended from a process that has got its number', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-stage-'));
  const param = [`folder=${folder}`];
  const left = (identity: object) =>
    writeFileSync(join(folder, 'endpoints.json'), JSON.stringify({ ...identity, aws: 'http://a' }));
  left(ownIdentity());
  expect(thrownFor({ stage: 'local', param })).not.toThrow();
  left({ ...ownIdentity(), started: '1' });
  expect(thrownFor({ stage: 'local', param })).toThrow('The local stage does not serve');
  rmSync(folder, { recursive: true });
});

it.each(['deploy', 'deploy function', 'invoke', 'logs', 'remove'])(
  'sls %s never takes the stage local to an account',
  (command) => {
    expect(thrownFor({ stage: 'local' }, command)).toThrow(
      `The stage local is on this machine: \`sls ${command}\` is for a stage in an account`,
    );
    expect(thrownFor({ stage: 'dev' }, command)).not.toThrow();
  },
);

it.each(['package', 'print'])('sls %s takes the stage local', (command) => {
  expect(thrownFor({ stage: 'local' }, command)).not.toThrow();
});

it('sls invoke local for another stage leaves its settings to their check', () => {
  const param = ['folder=/tmp/no-such-lake'];
  expect(thrownFor({ stage: 'dev', param })).not.toThrow();
  expect(() => checkSettings({ stage: 'dev', params: param })).toThrow(
    /^There is no setting folder: /,
  );
});
