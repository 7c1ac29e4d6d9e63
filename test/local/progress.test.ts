import { PassThrough } from 'node:stream';
import type { ExecutionEvent } from 'local-aws/step-functions/run-state-machine.ts';
import { createProgress, type Progress } from '../../local/progress.ts';

let out: PassThrough & { isTTY?: boolean; columns?: number };
let progress: Progress;
const begin = (isTTY: boolean, columns = 80) => {
  process.env.TERM = 'xterm';
  out = Object.assign(new PassThrough(), { isTTY, columns });
  progress = createProgress(out as unknown as NodeJS.WriteStream);
};
afterEach(() => progress.end());

const on = (event: Partial<ExecutionEvent>) =>
  progress.onEvent({ stateType: 'Task', index: undefined, input: {}, ...event } as ExecutionEvent);
const text = () => String(out.read() ?? '').replace(/\d+\.\d s/g, 'N s');

function list(outcomes: string[]) {
  for (const [i, outcome] of outcomes.entries()) {
    on({ type: 'entered', state: 'ListNewReleases' });
    const listing = { pages: i + 1, expected: 150, source: 'search', outcome };
    on({ type: 'exited', state: 'ListNewReleases', output: { listing } });
    on({ type: 'entered', state: 'IsListingDone', stateType: 'Choice' });
  }
}

describe('Progress', () => {
  it('counts the pages of a listing in one line', () => {
    begin(false);
    list(['MORE', 'MORE', 'DONE']);
    expect(text()).toBe(
      '   N s  ListNewReleases\n          3 pages of search, 150 albums expected (N s)\n',
    );
  });

  it('keeps its lines whole on a terminal that reports 0 columns', () => {
    begin(true, 0);
    list(['DONE']);
    expect(text()).toContain('          1 page of search, 150 albums expected (N s)\n');
  });

  it('says of a PARTIAL run what it lacks, albums on no page as well', () => {
    begin(false);
    const sealed = (missing: number, unlisted: number) => {
      const counts = { loaded: 99, missing, unlisted, tracks: 1474 };
      on({ type: 'entered', state: 'SealRawBatch' });
      const batch = { status: 'PARTIAL', counts };
      on({ type: 'exited', state: 'SealRawBatch', output: { batch } });
    };
    sealed(0, 1);
    sealed(1, 0);
    expect(text().match(/PARTIAL.*/g)).toEqual([
      'PARTIAL: 99 loaded, 0 missing, 1 on no page, 1474 tracks (N s)',
      'PARTIAL: 99 loaded, 1 missing, 1474 tracks (N s)',
    ]);
  });

  it('says of a PARTIAL run how many tracks it lacks', () => {
    begin(false);
    on({ type: 'entered', state: 'SealRawBatch' });
    const counts = { loaded: 60, missing: 0, unlisted: 0, tracks: 925, tracksMissing: 2 };
    const batch = { status: 'PARTIAL', counts };
    on({ type: 'exited', state: 'SealRawBatch', output: { batch } });
    expect(text()).toContain('PARTIAL: 60 loaded, 0 missing, 925 tracks of 927 (N s)\n');
  });

  it('shows a wait for a rate limit with its end, beside the bar', async () => {
    begin(true);
    const input = { plan: { planned: 4 } };
    on({ type: 'entered', state: 'FetchAllAlbumTracks', stateType: 'Map', input });
    const fetched = { planned: 4, done: 1, waitSeconds: 12, albums: [{ albumId: 'a', tracks: 3 }] };
    on({ type: 'exited', state: 'FetchAlbumTracks', output: { fetched } });
    const wait = { state: 'WaitForAlbums', stateType: 'Wait' };
    on({ type: 'entered', ...wait, input: { fetched } });
    await new Promise((resolve) => setTimeout(resolve, 250));
    const until = 'waiting 12 s for the rate limit, until \\d\\d:\\d\\d:\\d\\d';
    const shown = text();
    expect(shown).toMatch(new RegExp(`█{2}░{8} 1 of 4, ${until}`));
    // Once as a line that stays.
    expect(shown).toMatch(new RegExp(`          ${until}\\n`));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(text()).toMatch(/1 of 4, waiting 11 s for the rate limit, until [\d:]{8}$/);
    on({ type: 'exited', ...wait });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(text()).toMatch(/1 of 4 albums, N s$/);
  });

  it('prints a wait as a line, without a terminal', () => {
    begin(false);
    const wait = { type: 'entered', state: 'WaitForToken', stateType: 'Wait' } as const;
    on({ ...wait, input: { token: { waitSeconds: 9 } } });
    expect(text()).toMatch(/^ {10}waiting 9 s for the rate limit, until [\d:]{8}\n/);
  });

  it('names an exhausted quota once, and never calls it a failure', () => {
    begin(false);
    const fetched = { planned: 4, done: 2, reason: 'QuotaExhausted', albums: [] };
    on({ type: 'exited', state: 'FetchAlbumTracks', output: { fetched } });
    expect(text()).toBe(
      '          2 of 4 albums\n          the quota is used up: the next run loads what is left\n',
    );
  });

  it('names an album that failed, and an error as it is retried or caught', () => {
    begin(false);
    const fetched = { planned: 4, done: 1, albums: [{ albumId: 'a', reason: 'ResourceNotFound' }] };
    on({ type: 'exited', state: 'FetchAlbumTracks', output: { fetched } });
    on({ type: 'failed', state: 'PlanAlbums', error: 'AwsUnavailable' });
    on({ type: 'retried', state: 'PlanAlbums' });
    on({ type: 'failed', state: 'PlanAlbums', error: 'AwsUnavailable' });
    on({ type: 'caught', state: 'PlanAlbums' });
    expect(text()).toBe(`          album a: ResourceNotFound
          1 of 4 albums
          PlanAlbums: AwsUnavailable, will be retried
          PlanAlbums: AwsUnavailable\n`);
  });

  it('never writes a line that is wider than the terminal', () => {
    begin(true);
    const rows = Object.fromEntries(
      ['albums', 'tracks', 'artists'].map((n) => [n.repeat(5), 1000]),
    );
    on({ type: 'entered', state: 'TransformBatch' });
    on({ type: 'exited', state: 'TransformBatch', output: { tables: { rows } } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own
    const lines = text().split(/\n|\r\x1b\[2K/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    out.columns = 60;
    on({ type: 'exited', state: 'TransformBatch', output: { tables: { rows } } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own
    const narrow = text().split(/\n|\r\x1b\[2K/);
    expect(narrow.length).toBeGreaterThan(2);
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});
