import { albumTiles } from '../../../console/model/album-tiles.ts';
import type { HistoryEvent } from '../../../console/model/history-event.ts';
import { RunReducer } from '../../../console/model/run-reducer.ts';
import { HistoryWriter, historyOf, type SeededRun, type WireEvent } from '../seed-history.ts';

const flat = ({ timestamp, ...event }: WireEvent): HistoryEvent => ({
  ...event,
  at: timestamp * 1_000,
  ...Object.entries(event).reduce(
    (all, [key, value]) => (key.endsWith('Details') ? Object.assign(all, value) : all),
    {},
  ),
});

function reduce(run: Partial<SeededRun>) {
  const seeded = {
    name: 'r',
    startedAt: 1_000,
    albums: 50,
    skipped: 5,
    missing: { 3: 'ResourceNotFound' },
    ...run,
  };
  const reducer = new RunReducer(new Map([['WaitForRateLimit', '$.listing.waitSeconds']]));
  const events = historyOf(seeded).map(flat);
  const startedAt = performance.now();
  for (const event of events) reducer.apply(event);
  return { view: reducer.view, events, ms: performance.now() - startedAt };
}

it('lights each state by what came of it', () => {
  const { view } = reduce({});
  expect(view.status).toBe('SUCCEEDED');
  expect(view.outcome).toBe('PARTIAL');
  expect(view.states.SealRawBatch?.lit).toBe('succeeded');
  expect(view.states.FetchAlbumTracks).toMatchObject({ lit: 'succeeded', visits: 3 });
  expect(view.states.CrawlFailed).toBeUndefined();
});

it('shows a retry that succeeded as such', () => {
  const { view } = reduce({ albums: 100 });
  expect(view.states.FetchAlbumTracks).toMatchObject({ lit: 'retried', retries: 1, failed: 0 });
});

it('shows a state that failed and was caught, and the way that was taken', () => {
  const w = new HistoryWriter(1_000);
  w.add('ExecutionStarted', {}, 0);
  w.enter('FetchToken');
  w.call(undefined, 1, 'InvalidCredentials');
  w.exit('FetchToken');
  w.enter('RecordFailure');
  w.add('ExecutionFailed', { error: 'InvalidCredentials', cause: 'why' });
  const reducer = new RunReducer();
  for (const event of w.events.map(flat)) reducer.apply(event);
  expect(reducer.view).toMatchObject({
    status: 'FAILED',
    error: 'InvalidCredentials',
    caught: ['FetchToken>RecordFailure'],
    states: {
      FetchToken: { lit: 'failed', failed: 1, error: 'InvalidCredentials' },
      RecordFailure: { lit: 'failed', running: 0 },
    },
  });
});

it('knows each album, what became of it and why', () => {
  const { view } = reduce({});
  const albums = Object.values(view.albums);
  expect(albums).toHaveLength(50);
  expect(view.albums.Album00000000000000003).toEqual({ reason: 'ResourceNotFound' });
  expect(albums.filter((album) => 'tracks' in album)).toHaveLength(49);
});

it('counts requests and says until when a Wait holds the run', () => {
  expect(reduce({}).view.requests).toBe(54);
  const { view } = reduce({ untilWait: true });
  expect(view.status).toBe('RUNNING');
  expect(view.wait).toMatchObject({ state: 'WaitForRateLimit' });
  expect((view.wait?.until ?? 0) - (view.wait?.from ?? 0)).toBe(17_000);
  expect(view.states.WaitForRateLimit?.lit).toBe('running');
});

it('reduces a history of 10,000 events within the time of a frame or two', () => {
  const { view, events, ms } = reduce({ albums: 1_450, albumsPerCall: 1 });
  expect(events.length).toBeGreaterThan(10_000);
  expect(Object.keys(view.albums)).toHaveLength(1_450);
  expect(ms).toBeLessThan(500);
});

it('knows which items of the Map a call works on, and which albums these are', () => {
  const { events } = reduce({});
  const reducer = new RunReducer();
  const seen: number[][] = [];
  for (const event of events) {
    reducer.apply(event);
    seen.push(reducer.view.runningItems);
  }
  expect(seen.some((items) => items.includes(0))).toBe(true);
  expect(reducer.view.runningItems).toEqual([]);
  const planned = Array.from({ length: 150 }, (_, i) => ({ albumId: `album-${i}` }));
  const papers = { plan: { planned, skipped: [], notPlanned: [] } };
  const albums = { 'album-0': { tracks: 9 } };
  const states = albumTiles({ albums, runningItems: [0] }, papers).map(({ is }) => is);
  expect([states[0], states[1], states[99], states[100]]).toEqual([
    'loaded',
    'running',
    'running',
    'waiting',
  ]);
});
