import { join, resolve } from 'node:path';
import { jest } from '@jest/globals';
import {
  type Next,
  recordsLost,
  whatIsLost,
  whatServes,
  whatWasDelivered,
  whereToLook,
} from '../../local/summary.ts';

const root = resolve(import.meta.dirname, '../..');
const RUN = 'local-20261122104439732';
const next = (options: Partial<Next> = {}) =>
  whereToLook(RUN, { folder: '.local', keep: false, again: [], isWhole: true, ...options });
/** As a shell reads it: a line that ends in `\` goes on. */
const joined = (text: string) => text.replace(/ \\\n +/g, ' ');
const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length));

beforeEach(() => void jest.replaceProperty(process, 'env', { INIT_CWD: root }));
afterEach(() => void jest.restoreAllMocks());

describe('Where to look next', () => {
  it('names commands on one line each in the default folder, and is no wider than 80 columns', () => {
    expect(next({ width: 80 })).toBe(`  run      npx tributary runs ${RUN}
  query    npm run query -- "SELECT status, loaded FROM runs"
           npm run query -- --list
  logs     .local/logs
  console  npm start -- --keep`);
  });

  it.each(['/tmp/lake', '/home/somebody/projects/tributary-lakes/first', "/tmp/a lake's"])(
    'continues a command as a shell does where it would be wider than the terminal: %s',
    (folder) => {
      const again = ['--folder', folder, '--albums', '1000', '--param', 'trackConcurrency=4'];
      const options = { folder, again, isWhole: false };
      const text = next({ ...options, width: 80 });
      expect(widest(text)).toBeLessThanOrEqual(80);
      expect(joined(text)).toBe(next(options));
      expect(next(options)).not.toContain('\\\n');
    },
  );

  it('quotes a folder as a shell needs it, wherever it is', () => {
    expect(next({ folder: '/tmp/a lake' }).match(/.*a lake.*/g)).toEqual([
      expect.stringContaining(" --folder '/tmp/a lake'"),
      expect.stringContaining(" --folder '/tmp/a lake'"),
      expect.stringContaining(" --folder '/tmp/a lake'"),
      "  logs     '/tmp/a lake/logs'",
    ]);
  });

  it('names the logs by the whole path to anyone who is not in the repository', () => {
    jest.replaceProperty(process, 'env', { INIT_CWD: join(root, 'docs') });
    expect(next()).toContain(`  logs     ${join(root, '.local/logs')}\n`);
  });

  it('writes one line for each command without a terminal', () => {
    const folder = '/home/somebody/projects/tributary-lakes/first';
    expect(next({ folder, again: ['--folder', folder] }).split('\n')).toHaveLength(5);
  });
});

describe('What serves', () => {
  const endpoints = { aws: 'http://127.0.0.1:42569', spotify: 'http://127.0.0.1:45273' };
  const sample = '-f fetchToken -p test/events/fetch-token.json';

  it('names a sample that works in the default folder', () => {
    const text = whatServes(endpoints, { folder: '.local', width: 120 });
    expect(text).toContain(`\nnpx sls invoke local --stage local ${sample}\n`);
  });

  it('names no events where streaming is off', () => {
    const text = whatServes(endpoints, { folder: '.local', hasStreams: false });
    expect(text).toContain(sample);
    expect(text).not.toContain('produce');
  });

  it('names a sample that works in another folder, within the terminal', () => {
    const text = whatServes(endpoints, { folder: '/tmp/some/lake', width: 80 });
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(joined(text)).toContain(
      `\nnpx sls invoke local --stage local --param folder=/tmp/some/lake ${sample}\n`,
    );
  });
});

describe('What was delivered', () => {
  it('is everything, but for events that no router took', () => {
    expect(whatWasDelivered(0)).toBe('Every event in the streams was delivered.');
    expect(whatWasDelivered(12)).toMatch(/ but 12 of a segment that has no router: /);
  });
});

describe('What an end at once loses', () => {
  const source = 'tributary-local-sessions';

  it('is counted in events by stream', () => {
    expect(whatIsLost({ [source]: 1_200, [`${source}-enriched`]: 3 })).toBe(
      `Events that were not delivered and are gone, at most: 1,200 in ${source}, 3 in ${source}-enriched.`,
    );
    expect(whatIsLost({})).toBe('Every event in the streams was delivered.');
  });

  it('is counted in records where there are too many, and says that one may hold many events', () => {
    expect(recordsLost({ [source]: 12 }, source)).toBe(
      `Records that were not delivered and are gone: 12 in ${source}. One of any stream but ${source} may hold hundreds of events.`,
    );
  });
});
