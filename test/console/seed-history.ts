/** An event as GetExecutionHistory has it, with seconds for times. */
export interface WireEvent {
  id: number;
  previousEventId: number;
  timestamp: number;
  type: string;
  [details: string]: unknown;
}

/** Writes a history as Step Functions would: ids in order, each event after the one before it. */
export class HistoryWriter {
  readonly events: WireEvent[] = [];
  at: number;

  constructor(startedAt: number) {
    this.at = startedAt;
  }

  add(
    type: string,
    details: Record<string, unknown> = {},
    previous = this.events.length,
    seconds = 0.02,
  ): number {
    this.at += seconds;
    const id = this.events.length + 1;
    const name = detailsName(type);
    this.events.push({ id, previousEventId: previous, timestamp: this.at, type, [name]: details });
    return id;
  }

  enter(name: string, type = 'Task', input: unknown = {}, previous?: number): number {
    return this.add(`${type}StateEntered`, { name, input: JSON.stringify(input) }, previous);
  }

  exit(name: string, type = 'Task', output: unknown = {}, previous?: number): number {
    return this.add(`${type}StateExited`, { name, output: JSON.stringify(output) }, previous);
  }

  /** One call of a function: it takes some seconds and may fail. */
  call(previous: number | undefined, seconds: number, error?: string): number {
    let last = this.add('LambdaFunctionScheduled', {}, previous);
    last = this.add('LambdaFunctionStarted', {}, last);
    if (error === undefined) return this.add('LambdaFunctionSucceeded', {}, last, seconds);
    const cause = JSON.stringify({ errorType: error, errorMessage: `It was ${error}` });
    return this.add('LambdaFunctionFailed', { error, cause }, last, seconds);
  }

  task(name: string, output: unknown, seconds = 0.3, input: unknown = {}): void {
    this.enter(name, 'Task', input);
    this.call(undefined, seconds);
    this.exit(name, 'Task', output);
  }
}

function detailsName(type: string): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
}

export const albumIdOf = (i: number): string => `Album${String(i).padStart(17, '0')}`;

export interface SeededRun {
  name: string;
  /** Seconds since 1970. */
  startedAt: number;
  albums: number;
  skipped: number;
  /** Indices of albums that are missing, with the reason. */
  missing: Record<number, string>;
  /** Albums of one call; many small calls make a long history. */
  albumsPerCall?: number;
  /** Stops within the Wait state, as a run that goes on. */
  untilWait?: boolean;
}

/** The history of a run: a rate limit in the listing, a retry or two in the Map, albums missing. */
export function historyOf({
  name,
  startedAt,
  albums,
  skipped,
  missing,
  untilWait,
  albumsPerCall = 20,
}: SeededRun): WireEvent[] {
  const w = new HistoryWriter(startedAt);
  const run = { runId: name, startedAt: new Date(startedAt * 1_000).toISOString() };
  w.add('ExecutionStarted', { input: '{}' }, 0);
  w.enter('WhatStarted', 'Choice', {});
  w.exit('WhatStarted', 'Choice', {});
  w.enter('StartRun', 'Pass', {});
  const state: Record<string, unknown> = { run };
  w.exit('StartRun', 'Pass', state);
  state.token = { expiresAt: '2026-11-22T07:00:00.000Z' };
  w.task('FetchToken', state, 0.2, state);
  state.listing = {
    pages: 1,

    waitedSeconds: 0,
    waitSeconds: 17,
    outcome: 'WAIT',
  };
  w.task('ListNewReleases', state, 0.4, state);
  w.enter('IsListingDone', 'Choice', state);
  w.exit('IsListingDone', 'Choice', state);
  w.enter('WaitForRateLimit', 'Wait', state);
  if (untilWait) return w.events;
  w.at += 2;
  w.exit('WaitForRateLimit', 'Wait', state);
  const listed = albums + skipped;
  state.listing = {
    pages: 2,
    expected: listed,
    requests: 4,
    waitedSeconds: 17,
    waitSeconds: 0,
    outcome: 'DONE',
  };
  w.task('ListNewReleases', state, 0.4, state);
  w.enter('IsListingDone', 'Choice', state);
  w.exit('IsListingDone', 'Choice', state);
  const groups = Array.from({ length: Math.ceil(albums / 50) }, (_, group) => ({ group }));
  state.plan = { groups, planned: albums, listed, skipped, notPlanned: 0, damaged: [] };
  w.task('PlanAlbums', state, 0.5, state);
  w.enter('FetchAllAlbumTracks', 'Map', state);
  const map = w.add('MapStateStarted', { length: groups.length });
  let last = map;
  for (const { group } of groups) {
    const first = group * 50;
    const own = Array.from({ length: Math.min(50, albums - first) }, (_, i) => first + i);
    last = iteration(w, map, group, own, { missing, albumsPerCall, planned: albums });
  }
  w.add('MapStateSucceeded', {}, last);
  w.exit('FetchAllAlbumTracks', 'Map', state);
  const lost = Object.keys(missing).length;
  const counts = {
    expected: listed,
    listed,
    skipped,
    loaded: albums - lost,
    missing: lost,
    unlisted: 0,
    tracks: (albums - lost) * 12,
    requests: albums + 4,
  };
  state.batch = {
    manifestKey: 'raw/manifests/x',
    status: lost > 0 ? 'PARTIAL' : 'COMPLETE',
    counts,
  };
  w.task('SealRawBatch', state, 0.6, state);
  w.enter('IsAnythingLoaded', 'Choice', state);
  w.exit('IsAnythingLoaded', 'Choice', state);
  w.task('TransformBatch', state, 1.4, state);
  w.task('StartCrawler', state, 0.1, state);
  w.enter('WaitForCrawler', 'Wait', state);
  w.exit('WaitForCrawler', 'Wait', state);
  w.task('CheckCrawler', state, 0.1, state);
  w.task('RecordRun', state, 0.2, state);
  w.enter('RunRecorded', 'Succeed', state);
  w.exit('RunRecorded', 'Succeed', state);
  w.add('ExecutionSucceeded', { output: '{}' });
  return w.events;
}

interface Calls {
  missing: Record<number, string>;
  albumsPerCall: number;
  planned: number;
}

/** The calls of one group; every fourth call fails once before it succeeds. */
function iteration(
  w: HistoryWriter,
  map: number,
  group: number,
  albums: number[],
  { missing, albumsPerCall, planned }: Calls,
): number {
  let last = w.add(
    'MapIterationStarted',
    { name: 'FetchAllAlbumTracks', index: group },
    map,
    0.001,
  );
  for (let from = 0; from < albums.length; from += albumsPerCall) {
    const part = albums.slice(from, from + albumsPerCall);
    const done = (part.at(-1) ?? 0) + 1;
    last = w.enter('FetchAlbumTracks', 'Task', { group }, last);
    if (from === 0 && group % 4 === 1) last = w.call(last, 0.02, 'Lambda.ServiceException');
    last = w.call(last, 0.05);
    const fetched = {
      outcome: from + albumsPerCall < albums.length ? 'MORE' : 'DONE',
      waitSeconds: 0,
      planned,
      done,
      requests: done + 4,
      albums: part.map((i) => ({
        albumId: albumIdOf(i),
        ...(missing[i] ? { reason: missing[i] } : { tracks: 12 }),
      })),
    };
    last = w.exit('FetchAlbumTracks', 'Task', { group, fetched }, last);
    last = w.enter('AreAlbumsFetched', 'Choice', { group }, last);
    last = w.exit('AreAlbumsFetched', 'Choice', { group }, last);
  }
  last = w.enter('ReportGroup', 'Pass', { group }, last);
  last = w.exit('ReportGroup', 'Pass', { group }, last);
  return w.add('MapIterationSucceeded', { name: 'FetchAllAlbumTracks', index: group }, last, 0.001);
}
