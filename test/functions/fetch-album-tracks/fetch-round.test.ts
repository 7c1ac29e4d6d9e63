import { RateLimited } from '../../../core/errors.ts';
import { fetchRound } from '../../../functions/fetch-album-tracks/fetch-round.ts';

it.each([
  [10, 30],
  [30, 10],
])('A round waits for the longest of the 429s in flight: %d s and %d s', async (...seconds) => {
  const queue = seconds.map((_, i) => ({ albumId: `album${i}`, totalTracks: 1, tries: 0 }));
  const progress = { group: 0, queue, failures: {}, calls: 0, isProbe: false, requests: 0 };
  const { stop } = await fetchRound(progress, {
    concurrency: 2,
    hasTime: () => true,
    fetchAlbum: async ({ albumId }) => {
      throw new RateLimited('', seconds[Number(albumId.at(-1))] ?? 0);
    },
  });
  expect(stop).toEqual({ kind: 'RATE_LIMITED', seconds: 30 });
});
