import { countEnriched, countRouted, countRun } from '../../../functions/runtime/metrics.ts';
import { counts as countsOf } from '../../fixtures/counts.ts';
import { printed } from '../../fixtures/printed.ts';

const counts = countsOf({
  expected: 4,
  listed: 4,
  loaded: 2,
  missing: 1,
  deferred: 1,
  overdue: 1,
  unlisted: 1,
  tracks: 20,
  tracksMissing: 4,
  requests: 5,
  tokenRequests: 1,
});
const recorded = { key: 'k', uploadedManifest: false };

beforeEach(() => {
  process.env.STAGE = 'test';
});
afterEach(() => {
  delete process.env.STAGE;
});

describe('A run', () => {
  it('is counted by its status and by what it brought, in one line of the embedded metric format', () => {
    const lines = printed(() => countRun({ ...recorded, status: 'PARTIAL', counts }));
    expect(lines).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Tributary',
              Dimensions: [['service', 'stage']],
              Metrics: expect.arrayContaining([{ Name: 'RunsPartial', Unit: 'Count' }]),
            },
          ],
        },
        service: 'tributary',
        stage: 'test',
        RunsSucceeded: 1,
        RunsComplete: 0,
        RunsDeferred: 0,
        RunsPartial: 1,
        RunsFailed: 0,
        AlbumsLoaded: 2,
        AlbumsMissing: 1,
        AlbumsDeferred: 1,
        AlbumsOverdue: 1,
        AlbumsUnlisted: 1,
        TracksLoaded: 20,
        TracksMissing: 4,
        SpotifyRequests: 5,
        SpotifyTokenRequests: 1,
      },
    ]);
  });

  it('that failed is no success, and counts nothing that it did not bring', () => {
    const [line] = printed(() =>
      countRun({ ...recorded, counts: { requests: 225, tokenRequests: 3 }, status: 'FAILED' }),
    );
    expect(line).toMatchObject({ RunsSucceeded: 0, RunsFailed: 1, SpotifyRequests: 225 });
    expect(line).not.toHaveProperty('AlbumsLoaded');
  });

  it('that took in an uploaded manifest is no sign that the schedule works', () => {
    const [line] = printed(() =>
      countRun({ ...recorded, status: 'COMPLETE', counts, uploadedManifest: true }),
    );
    expect(line).toMatchObject({ ManifestsAccepted: 1, AlbumsLoaded: 2 });
    expect(line).not.toHaveProperty('RunsSucceeded');
  });
});

describe('Events', () => {
  it('are counted in all, and those rejected by their reason too', () => {
    const reasons = { 'not-json': 2, 'missing-country': 1 };
    const lines = printed(() =>
      countEnriched({
        received: 10,
        enriched: 7,
        rejected: 3,
        reasons,
        skipped: 0,
        unplaced: 0,
        errors: {},
      }),
    );
    expect(lines).toMatchObject([
      {
        stage: 'test',
        EventsReceived: 10,
        EventsEnriched: 7,
        EventsRejected: 3,
        EventsUnplaced: 0,
      },
      { reason: 'not-json', EventsRejected: 2 },
      { reason: 'missing-country', EventsRejected: 1 },
    ]);
    const dimensions = lines.map((line) => line._aws.CloudWatchMetrics[0].Dimensions);
    expect(dimensions).toEqual([
      [['service', 'stage']],
      [['service', 'stage', 'reason']],
      [['service', 'stage', 'reason']],
    ]);
  });

  it('of which none was rejected say so', () => {
    const [line] = printed(() =>
      countEnriched({
        received: 1,
        enriched: 1,
        rejected: 0,
        reasons: {},
        skipped: 0,
        unplaced: 0,
        errors: {},
      }),
    );
    expect(line.EventsRejected).toBe(0);
  });

  it('of one batch are not in the line of the next one, nor those of a stage in the line of another', () => {
    const none = { received: 0, enriched: 0, rejected: 0, skipped: 0, unplaced: 0, errors: {} };
    const lines = printed(() => {
      countEnriched({ ...none, received: 5, rejected: 2, reasons: { 'not-json': 2 } });
      countEnriched({ ...none, received: 7, rejected: 1, reasons: { 'not-json': 1 } });
      process.env.STAGE = 'other';
      countEnriched({ ...none, reasons: {} });
    });
    expect(lines.map((line) => [line.stage, line.EventsReceived, line.EventsRejected])).toEqual([
      ['test', 5, 2],
      ['test', undefined, 2],
      ['test', 7, 1],
      ['test', undefined, 1],
      ['other', 0, 0],
    ]);
  });

  it('are counted by the stream they were routed to', () => {
    const routed = {
      received: 3,
      routed: 2,
      skipped: 0,
      unplaced: 1,
      unrouted: 1,
      unreadable: 1,
      records: 1,
      errors: {},
    };
    const [line, sum] = printed(() => countRouted(routed, 'sessions-usa'));
    expect(line).toMatchObject({
      stream: 'sessions-usa',
      EventsRouted: 2,
      EventsUnplaced: 1,
      EnvelopesUnreadable: 1,
    });
    expect(sum).toMatchObject({ stage: 'test', EventsRouted: 2, EventsUnrouted: 1 });
    expect(sum).not.toHaveProperty('stream');
  });
});

it('Without a stage, metrics are written all the same', () => {
  delete process.env.STAGE;
  const [line] = printed(() => countRun({ ...recorded, counts, status: 'COMPLETE' }));
  expect(line.stage).toBe('unknown');
});
