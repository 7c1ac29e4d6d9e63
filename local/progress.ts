import { SingleBar } from 'cli-progress';
import type { ExecutionEvent } from 'local-aws/step-functions/run-state-machine.ts';

/**
 * Prints an execution as it goes: a line as a state is entered, with the seconds since the start, and
 * a line with its counts as it is left. A Map has a bar on a terminal, elsewhere a line each quarter.
 */
export function createProgress(out: NodeJS.WriteStream = process.stdout) {
  const start = performance.now();
  const enteredAt = new Map<string, number>();
  let map: { state: string; total: number; done: number; bar?: SingleBar } | undefined;

  const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
  const print = (text: string) => {
    if (!map?.bar) out.write(`${text}\n`);
  };

  function onMapEntered(state: string, total: number) {
    if (total > 0 && out.isTTY) {
      const bar = new SingleBar({
        format: '          {bar} {value} of {total} albums',
        barCompleteChar: '█',
        barIncompleteChar: '░',
        stream: out,
        hideCursor: true,
      });
      bar.start(total, 0);
      map = { state, total, done: 0, bar };
    } else {
      map = { state, total, done: 0 };
    }
  }

  function onItemDone() {
    if (!map) return;
    map.done += 1;
    map.bar?.update(map.done);
    const quarter = Math.ceil(map.total / 4);
    if (map.done % quarter === 0 || map.done === map.total) {
      print(`          ${map.done} of ${map.total} albums`);
    }
  }

  return function onEvent({ type, state, stateType, index, input, output, error }: ExecutionEvent) {
    if (index !== undefined) {
      if (type === 'exited' && (state === 'ReportLoadedAlbum' || state === 'ReportMissingAlbum')) {
        onItemDone();
      } else if (type === 'failed' || stateType === 'Wait') {
        if (type !== 'exited') print(`          album ${index}: ${state} ${error ?? ''}`);
      }
      return;
    }
    if (type === 'entered') {
      enteredAt.set(state, performance.now());
      print(`${seconds(start).padStart(8)}  ${state}`);
      if (stateType === 'Map') onMapEntered(state, (input as BatchState).plan?.albums.length ?? 0);
      return;
    }
    if (stateType === 'Map' && map?.bar) {
      map.bar.stop();
      delete map.bar;
    }
    const took = seconds(enteredAt.get(state) ?? start);
    if (type === 'exited') {
      const counts = describe(state, output as BatchState);
      if (counts) print(`          ${counts} (${took})`);
    } else {
      print(`          ${state} ${type}${error ? `: ${error}` : ''} (${took})`);
    }
  };
}

/** The state of the batch, as far as the progress tells of it. */
interface BatchState {
  listing?: { pages: number; expected: number; source: string; outcome: string };
  plan?: { albums: string[]; listed: number; skipped: number; overBudget: number };
  batch?: { status: string; counts: { loaded: number; missing: number; tracks: number } };
  tables?: { rows: Record<string, number> };
  crawl?: { outcome: string };
  record?: { status: string };
}

function describe(state: string, output: BatchState): string | undefined {
  const { listing, plan, batch, tables, crawl, record } = output;
  switch (state) {
    case 'ListNewReleases':
      return (
        listing &&
        `page ${listing.pages} of ${listing.source ?? 'nothing'}, ${listing.expected} albums expected, ${listing.outcome}`
      );
    case 'PlanAlbums':
      return (
        plan && `${plan.listed} listed, ${plan.skipped} skipped, ${plan.albums.length} to fetch`
      );
    case 'SealRawBatch':
      return (
        batch &&
        `${batch.status}: ${batch.counts.loaded} loaded, ${batch.counts.missing} missing, ${batch.counts.tracks} tracks`
      );
    case 'TransformBatch':
      return (
        tables &&
        Object.entries(tables.rows)
          .map(([table, rows]) => `${table} ${rows}`)
          .join(', ')
      );
    case 'CheckCrawler':
      return crawl?.outcome;
    case 'RecordRun':
      return record?.status;
    default:
      return undefined;
  }
}
