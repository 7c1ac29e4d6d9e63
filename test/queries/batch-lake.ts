import type { Loaded } from './fixtures.ts';

const link = (kind: string, id: string) => ({
  external_urls: { spotify: `https://open.spotify.com/${kind}/${id}` },
});
const artist = (id: string, name: string | null) => ({ id, name, ...link('artist', id) });
const one = artist('X1', 'One');
const oneRenamed = artist('X1', 'One and Only');
const two = artist('X2', 'Two');
const three = artist('X3', 'Three');
const nameless = artist('X4', null);

const track = (
  id: string,
  duration_ms: number | null,
  explicit: boolean | null,
  artists: object[],
  more: object = {},
) => ({ id, name: id, duration_ms, explicit, artists, ...more });

/**
 * Album A came twice, the second time as an album, with another name, without track a2 and with a
 * track that had stood on E. Z is a day too old to be seen, B just not.
 */
export const loaded: Loaded[] = [
  {
    run: { runId: 'run-z', startedAt: '2026-10-21T06:00:00.000Z' },
    albums: [
      [
        {
          id: 'Z',
          name: 'Too old',
          album_type: 'album',
          release_date: '2026-10-21',
          artists: [one],
        },
        [track('z1', 60_000, true, [one, two])],
      ],
    ],
    record: { status: 'COMPLETE', finished_at: new Date('2026-10-21T06:01:00Z'), listed: 1 },
  },
  {
    run: { runId: 'run-b', startedAt: '2026-10-22T06:00:00.000Z' },
    albums: [
      [
        {
          id: 'B',
          name: 'Border',
          album_type: 'album',
          total_tracks: 3,
          release_date: '1981',
          artists: [one],
          ...link('album', 'B'),
        },
        [
          track('b1', 120_000, false, [one]),
          track('b2', 180_000, true, [one, two]),
          track('b3', 60_000, false, [one]),
        ],
      ],
    ],
  },
  {
    run: { runId: 'run-1', startedAt: '2026-11-01T06:00:00.000Z' },
    albums: [
      [
        {
          id: 'A',
          name: 'First name',
          album_type: 'single',
          total_tracks: 2,
          release_date: '2026-10-30',
          artists: [one],
          ...link('album', 'A'),
        },
        [track('a1', 200_000, false, [one, two]), track('a2', 600_000, true, [three])],
      ],
      [
        {
          id: 'C',
          name: null,
          album_type: 'compilation',
          total_tracks: 4,
          release_date: '2026-10',
          restrictions: { reason: 'market' },
          artists: [three, two],
          ...link('album', 'C'),
        },
        [
          track('c1', null, null, [three]),
          track('c2', 240_000, true, [three, two]),
          track('c3', 30_000, false, [three]),
          track('c4', 60_000, null, [three]),
        ],
      ],
      [
        {
          id: 'E',
          name: 'Undated',
          album_type: 'single',
          total_tracks: 1,
          release_date: '0000',
          artists: [],
          ...link('album', 'E'),
        },
        [track('m1', 100_000, false, [two])],
      ],
    ],
    record: {
      status: 'PARTIAL',
      source: 'search',
      finished_at: new Date('2026-11-01T06:01:30.250Z'),
      expected: 7,
      listed: 6,
      skipped: 1,
      loaded: 3,
      missing: 2,
      unlisted: 1,
      tracks: 7,
      requests: 9,
    },
  },
  {
    run: { runId: 'run-2', startedAt: '2026-11-16T06:00:00.000Z' },
    albums: [
      [
        {
          id: 'A',
          name: 'Second name',
          album_type: 'album',
          total_tracks: 3,
          release_date: '2026-10-30',
          artists: [oneRenamed],
          ...link('album', 'A'),
        },
        [
          track('a1', 210_000, true, [oneRenamed, two]),
          track('a3', 90_000, false, [oneRenamed, nameless], {
            restrictions: { reason: 'explicit' },
          }),
          track('m1', 100_000, false, [two]),
        ],
      ],
    ],
    record: {
      status: 'COMPLETE',
      source: 'search',
      finished_at: new Date('2026-11-16T06:00:59.900Z'),
      expected: 1,
      listed: 1,
      skipped: 0,
      loaded: 1,
      missing: 0,
      unlisted: 0,
      tracks: 3,
      requests: 3,
    },
  },
  {
    run: { runId: 'run-3', startedAt: '2026-11-20T06:00:00.900Z' },
    record: {
      status: 'FAILED',
      finished_at: new Date('2026-11-20T06:00:01.100Z'),
      error: 'WrongCredentials',
      cause: 'Spotify refused the client id or the secret',
    },
  },
  {
    run: { runId: 'run-4', startedAt: '2026-11-20T18:00:00.000Z' },
    record: {
      status: 'COMPLETE',
      source: 'new-releases',
      finished_at: new Date('2026-11-20T18:00:02Z'),
      expected: 0,
      listed: 0,
      skipped: 0,
      loaded: 0,
      missing: 0,
      unlisted: 0,
      tracks: 0,
      requests: 1,
    },
  },
];
