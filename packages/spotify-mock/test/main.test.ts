import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cleanUpAfterEach, givenFile } from './fixtures.ts';

cleanUpAfterEach();

const main = join(import.meta.dirname, '../src/main.ts');
const run = (...args: string[]) => spawn(process.execPath, [main, ...args]);

describe('The command', () => {
  it('prints where it listens, and its counts when it is interrupted', async () => {
    const child = run('--albums', '3', '--latency', '1');
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
    const [url] = line.split(' ');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/v1/search`)).status).toBe(401);
    const rest = text(child.stdout);
    child.kill('SIGINT');
    expect(JSON.parse(await rest)).toMatchObject({ byStatus: { 401: 1 } });
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
  });

  it('says in one line that there is no such port', async () => {
    const child = run('--port', '99999');
    const [problem] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(problem).toBe('error: --port 99999 is above 65535\n');
  });

  it.each([
    ['--faults', '', 'It names no file.'],
    ['--catalog', '', 'It names no file.'],
    ['--latency', '3000000000', 'It is above 60000.'],
  ])('rejects %s %j in one line', async (name, value, problem) => {
    const child = run(name, value);
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(said).toMatch(new RegExp(`^error: option '${name} .* is invalid. ${problem}\n$`));
    expect(child.exitCode).toBe(1);
  });

  it.each([
    ['--port <port> --albums 3', { npm_config_port: 'true', npm_config_albums: '3' }],
    ['--help', {}],
  ])('says that npm took its options: %s', async (options, given) => {
    const env = { npm_lifecycle_event: 'start', npm_package_name: 'spotify-mock', ...given };
    // `npm start --port 9000 --albums=3`
    const child = spawn(process.execPath, [main, '9000'], { env });
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(said).toBe(
      `error: npm passes options on only behind --: npm start -w spotify-mock -- ${options}\n`,
    );
    expect(child.exitCode).toBe(1);
  });

  it('says in one line what is wrong with a file', async () => {
    const child = run('--faults', givenFile('{}'));
    const [problem] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(problem).toMatch(/file\.json: seed: .*expected a fault plan .*\n$/);
    expect(problem.trim().split('\n')).toHaveLength(1);
    expect(child.exitCode).toBe(1);
  });
});
