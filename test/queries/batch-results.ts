/** The day and the time on which these results hold. */
export const TODAY = '2026-11-21';
export const NOW = '2026-11-21 12:00:00';

const url = (kind: string, id: string) => `https://open.spotify.com/${kind}/${id}`;

/** By query: the rows that `loaded` gives, worked out by hand. Counts come as text: 64-bit integers. */
export const batchResults: Record<string, unknown[][]> = {
  'albums-by-release-day': [
    ['2026-10-30', 'album', '1', '1'],
    ['2026-10-01', 'compilation', '1', '0'],
    ['1981-01-01', 'album', '1', '0'],
    [null, 'single', '1', '0'],
  ],
  'newest-albums': [
    ['2026-10-30', 'Second name', 'One and Only', '1', 'album', 3, url('album', 'A')],
    ['2026-10', null, 'Three', '2', 'compilation', 4, url('album', 'C')],
    ['1981', 'Border', 'One and Only', '1', 'album', 3, url('album', 'B')],
    ['0000', 'Undated', null, '0', 'single', 1, url('album', 'E')],
  ],
  // X1: a1 a3 b1 b2 b3; X2: a1 m1 b2 c2; X3: c1–c4, and no longer a2; X4: a3.
  'artists-with-most-new-tracks': [
    ['One and Only', '5', '2', url('artist', 'X1')],
    ['Two', '4', '3', url('artist', 'X2')],
    ['Three', '4', '1', url('artist', 'X3')],
    [null, '1', '1', url('artist', 'X4')],
  ],
  'artist-collaborations': [
    ['One and Only', 'Two', '2', '2'],
    ['One and Only', null, '1', '1'],
    ['Two', 'Three', '1', '1'],
  ],
  // Albums: 60 90 100 120 180 210 s; compilations: 30 60 240 s, and one without a length.
  'track-length-by-album-type': [
    ['album', '6', 2.11, 1.83, 1, 3.5, 12.67],
    ['compilation', '3', 1.83, 1, 0.5, 4, 5.5],
  ],
  // Albums: a1 and b2 of six; compilations: c2 of the two that say so.
  'explicit-share': [
    ['album', '6', '2', '0', 33.3],
    ['compilation', '4', '1', '2', 50],
  ],
  'restricted-albums': [
    ['A', 'Second name', null, '3', '1', url('album', 'A')],
    ['C', null, 'market', '4', '0', url('album', 'C')],
  ],
  'albums-in-several-runs': [
    ['A', 'Second name', '2', '0', '2026-11-01 06:00:00', '2026-11-16 06:00:00', 15],
  ],
  // One skipped and three of loaded make 66.7 % of six; nothing listed has no share.
  'run-completeness': [
    [
      '2026-11-20 18:00:00',
      'run-4',
      'COMPLETE',
      'new-releases',
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      null,
      0,
      1,
      2,
      null,
    ],
    [
      ...['2026-11-20 06:00:00.9', 'run-3', 'FAILED', null],
      ...[null, null, null, null, null, null, null, null, null, null],
      ...[0.2, 'WrongCredentials'],
    ],
    [
      '2026-11-16 06:00:00',
      'run-2',
      'COMPLETE',
      'search',
      1,
      1,
      0,
      1,
      0,
      0,
      0,
      100,
      3,
      3,
      59.9,
      null,
    ],
    [
      '2026-11-01 06:00:00',
      'run-1',
      'PARTIAL',
      'search',
      7,
      6,
      1,
      3,
      2,
      1,
      0,
      66.7,
      7,
      9,
      90.3,
      null,
    ],
  ],
  'table-freshness': [
    ['album_artists', '2026-11-16 06:00:00', 126, '5'],
    ['albums', '2026-11-16 06:00:00', 126, '5'],
    ['artists', '2026-11-16 06:00:00', 126, '8'],
    ['track_artists', '2026-11-16 06:00:00', 126, '18'],
    ['tracks', '2026-11-16 06:00:00', 126, '13'],
    ['runs', '2026-11-20 18:00:00', 18, '4'],
  ],
};
