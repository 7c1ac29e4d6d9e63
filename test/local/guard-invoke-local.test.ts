import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

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
    "'sls invoke local' needs a stage: add '--stage local' after 'npm start -- --keep' in another terminal; in an account: sls invoke -f fetchToken --stage <stage>",
  );
});

it('sls invoke local without a serving stage says how to start it', async () => {
  expect(await refusal(['--stage', 'local'])).toBe(
    "The local stage does not serve: start it with 'npm start -- --keep' in another terminal",
  );
});

it('sls invoke local with a folder in which nothing serves says how to start it there', async () => {
  expect(await refusal(['--stage', 'local', '--param', 'folder=/tmp/no-such-lake'])).toBe(
    "The local stage does not serve: start it with 'npm start -- --keep --folder /tmp/no-such-lake' in another terminal",
  );
  expect(await refusal(['--stage', 'dev', '--param', 'folder=/tmp/no-such-lake'])).toMatch(
    /^There is no setting folder: /,
  );
});
