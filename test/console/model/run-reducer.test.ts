import type { HistoryEvent } from '../../../console/model/history-event.ts';
import { RunReducer } from '../../../console/model/run-reducer.ts';
import { historyOf, type SeededRun, type WireEvent } from '../seed-history.ts';

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
  const reducer = new RunReducer();
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
  expect(view.states.FetchAlbumTracks).toMatchObject({
    lit: 'failed',
    visits: 50,
    failed: 1,
    error: 'ResourceNotFound',
  });
  expect(view.caught).toEqual(['FetchAlbumTracks>ReportMissingAlbum']);
  expect(view.states.CrawlFailed).toBeUndefined();
});

it('shows a retry that succeeded as such', () => {
  const { view } = reduce({ missing: {} });
  expect(view.states.FetchAlbumTracks).toMatchObject({ lit: 'retried', retries: 2, failed: 0 });
});

it('knows each album, what became of it and why', () => {
  const { view } = reduce({});
  expect(view.tiles).toHaveLength(50);
  expect(view.tiles[3]).toMatchObject({
    is: 'missing',
    reason: 'ResourceNotFound',
    albumId: 'Album00000000000000003',
  });
  expect(view.tiles.filter(({ is }) => is === 'loaded')).toHaveLength(49);
});

it('counts requests and says until when a Wait holds the run', () => {
  expect(reduce({}).view.requests).toBe(54);
  const { view } = reduce({ untilWait: true });
  expect(view.status).toBe('RUNNING');
  expect(view.wait).toMatchObject({ state: 'WaitForRateLimit' });
  expect((view.wait?.until ?? 0) - (view.wait?.from ?? 0)).toBe(17_000);
  expect(view.states.WaitForRateLimit?.lit).toBe('running');
});

it('reduces the history of 1,000 albums within the time of a frame or two', () => {
  const { view, events, ms } = reduce({ albums: 1_000 });
  expect(events.length).toBeGreaterThan(9_000);
  expect(view.tiles).toHaveLength(1_000);
  expect(ms).toBeLessThan(500);
});
