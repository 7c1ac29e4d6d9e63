import {
  AccessTokenExpired,
  BudgetSpent,
  ContractBroken,
  EndpointNotAllowed,
  QuotaExhausted,
  RateLimited,
  RequestRejected,
  ResourceNotFound,
  ServiceUnavailable,
  TimeSpent,
} from '../../core/errors.ts';
import type { Progress, QueuedAlbum } from '../../core/lake/progress.ts';
import type { StoredTracks } from './store-album.ts';

/** What became of an album in this call. */
export type AlbumOutcome =
  | { albumId: string; tracks: number }
  | { albumId: string; reason: string };

/** Why a round ended before its queue was empty. */
type Stop =
  | { kind: 'LIMIT'; reason: string }
  | { kind: 'TOKEN_EXPIRED' }
  | { kind: 'RATE_LIMITED'; seconds: number }
  | { kind: 'FAILING'; reason: string };

export interface Round {
  albums: AlbumOutcome[];
  stop: Stop | undefined;
}

interface RoundOptions {
  concurrency: number;
  /** False when no further album should be started. */
  hasTime: () => boolean;
  /** Gets all pages of an album; what it returns stores them. Throws the errors of errors.ts. */
  fetchAlbum: (album: QueuedAlbum) => Promise<() => Promise<StoredTracks>>;
}

/** A service that failed for so many albums in a row gets a pause. */
const FAILURES_IN_A_ROW = 3;
const MOST_TRIES = 2;
/** Of one call: the state holds what became of them. */
const MOST_ALBUMS = 500;

/** More urgent first: what ends the run, then what needs another token, then what needs a pause. */
const URGENCY: Stop['kind'][] = ['LIMIT', 'TOKEN_EXPIRED', 'RATE_LIMITED', 'FAILING'];

/**
 * Works on the queue until it is empty or something ends the round. Changes `progress` in place: an album
 * leaves the queue when it is stored or has failed for good. Throws what is no fault of the API.
 */
export async function fetchRound(progress: Progress, options: RoundOptions): Promise<Round> {
  const { queue, failures } = progress;
  const albums: AlbumOutcome[] = [];
  let stop: Stop | undefined;
  let unexpected: { error: unknown } | undefined;
  let failuresInARow = 0;

  const stopFor = (next: Stop) => {
    const isLonger =
      stop?.kind === 'RATE_LIMITED' && next.kind === 'RATE_LIMITED' && next.seconds > stop.seconds;
    const isMoreUrgent = !stop || URGENCY.indexOf(next.kind) < URGENCY.indexOf(stop.kind);
    if (isMoreUrgent || isLonger) stop = next;
  };
  const isOver = () =>
    stop !== undefined ||
    unexpected !== undefined ||
    albums.length >= MOST_ALBUMS ||
    !options.hasTime() ||
    // One success is enough to trust the service again, with the whole concurrency.
    (progress.isProbe && albums.length > 0);

  function retryLater(album: QueuedAlbum): void {
    if (album.tries + 1 < MOST_TRIES) queue.push({ ...album, tries: album.tries + 1 });
  }

  function onStored(album: QueuedAlbum, { tracks, isShort }: StoredTracks): void {
    failuresInARow = 0;
    delete failures[album.albumId];
    albums.push({ albumId: album.albumId, tracks });
    // What a page lacked may be a fault of that moment.
    if (isShort) retryLater({ ...album, stored: tracks });
  }

  function onError(album: QueuedAlbum, error: unknown): void {
    const interruption = interruptionBy(error);
    if (interruption) {
      queue.unshift(album);
      stopFor(interruption);
      return;
    }
    if (!isFaultOfAlbum(error)) {
      queue.unshift(album);
      unexpected ??= { error };
      return;
    }
    const { name } = error;
    albums.push({ albumId: album.albumId, reason: name });
    if (album.stored === undefined) failures[album.albumId] = name;
    if (error.transient) retryLater(album);
    // An album that is gone or too slow says nothing about the service.
    if (error instanceof ResourceNotFound || error instanceof TimeSpent) return;
    failuresInARow += 1;
    if (failuresInARow >= FAILURES_IN_A_ROW || progress.isProbe) {
      stopFor({ kind: 'FAILING', reason: name });
    }
  }

  // The next album is asked for while the last one is being stored.
  const storing = new Set<Promise<void>>();
  function startStoring(album: QueuedAlbum, store: () => Promise<StoredTracks>): void {
    const stored = store()
      .then((tracks) => onStored(album, tracks))
      .catch((error: unknown) => onError(album, error))
      .finally(() => storing.delete(stored));
    storing.add(stored);
  }

  async function work(): Promise<void> {
    while (!isOver()) {
      const album = queue.shift();
      if (!album) return;
      try {
        startStoring(album, await options.fetchAlbum(album));
      } catch (error) {
        onError(album, error);
      }
      // Memory does not grow where the lake is slower than the API.
      const mayWait = progress.isProbe ? 0 : options.concurrency;
      // Not `if`: all workers wake at once, and each would start another album.
      while (storing.size > mayWait) await Promise.race(storing);
    }
  }

  const workers = progress.isProbe ? 1 : options.concurrency;
  do {
    await Promise.all(Array.from({ length: workers }, work));
    await Promise.all(storing);
    // What was stored short is in the queue again.
  } while (queue.length > 0 && !isOver());
  if (unexpected) throw unexpected.error;
  return { albums, stop };
}

/** What is no fault of the album: it goes back to the head of the queue. */
function interruptionBy(error: unknown): Stop | undefined {
  if (error instanceof AccessTokenExpired) return { kind: 'TOKEN_EXPIRED' };
  if (error instanceof RateLimited)
    return { kind: 'RATE_LIMITED', seconds: error.retryAfterSeconds };
  if (error instanceof QuotaExhausted || error instanceof BudgetSpent) {
    return { kind: 'LIMIT', reason: error.name };
  }
  return undefined;
}

type FaultOfAlbum =
  | ServiceUnavailable
  | ContractBroken
  | EndpointNotAllowed
  | RequestRejected
  | ResourceNotFound
  | TimeSpent;

const isFaultOfAlbum = (error: unknown): error is FaultOfAlbum =>
  [
    ServiceUnavailable,
    ContractBroken,
    EndpointNotAllowed,
    RequestRejected,
    ResourceNotFound,
    TimeSpent,
  ].some((Class) => error instanceof Class);
