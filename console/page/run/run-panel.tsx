import { useEffect, useState } from 'preact/hooks';
import type { CostLine, Papers, RunListed, StageView } from '../../model/api.ts';
import { dateTime, plural } from '../../model/format.ts';
import type { RunView } from '../../model/run-view.ts';
import { whyOf } from '../../model/verdict.ts';
import { type Loaded, post, useGet, useLive } from '../api.ts';
import { linkTo, type Route } from '../route.ts';
import { Card, Fault, Id, Note, Status } from '../ui.tsx';
import { GraphView } from './graph-view.tsx';
import { RunFigures } from './run-figures.tsx';
import { StateCard } from './state-card.tsx';
import { albumTiles, missingByReason, Tiles } from './tiles.tsx';

interface Props {
  stage: StageView;
  route: Route;
  runs: Loaded<RunListed[]>;
}

export function RunPanel({ stage, route, runs }: Props) {
  const name = route.id || runs.value?.[0]?.name;
  const live = useLive<RunView>(
    name ? `run/live?name=${encodeURIComponent(name)}` : undefined,
    'run',
  );
  const run = live.value;
  const isOver = run?.stoppedAt !== undefined;
  const now = useNow(!isOver);
  // Manifest and cost are read as the run goes on, and once more when it is over.
  const version = `${isOver} ${run?.outcome} ${run?.counts.done} ${run?.counts.pages} ${run?.counts.planned}`;
  const query = name ? `name=${encodeURIComponent(name)}` : undefined;
  const papers = useGet<Papers>(query && run && `run/papers?${query}`, version);
  const cost = useGet<CostLine[]>(query && isOver ? `run/cost?${query}` : undefined, version);
  const state = route.params.get('state') ?? undefined;
  const album = route.params.get('album') ?? undefined;
  const show = (params: Record<string, string>) => {
    location.hash = linkTo('run', name, params);
  };
  if (!name)
    return runs.isLoading ? (
      <Note>Looking for runs …</Note>
    ) : (
      <NoRun stage={stage} error={runs.error} />
    );
  const tiles = albumTiles(run ?? { albums: {} }, papers.value);
  const missing = missingByReason(tiles);
  // An album is looked at in the first state of the Map.
  const first = stage.graph.nodes.find(({ map }) => map !== undefined)?.name ?? '';
  return (
    <div class="run-panel">
      <Head name={name} run={run} stage={stage} runs={runs.value ?? []} papers={papers.value} />
      <Fault error={live.error} />
      {run && (
        <RunFigures
          run={run}
          stage={stage}
          cost={cost.value}
          usage={papers.value?.usage}
          now={now}
        />
      )}
      {run?.wait && <Countdown wait={run.wait} />}
      <div class="columns">
        <Card title="States" name="graph-card">
          <div class="graph-scroll" role="region" aria-label="Graph of the states" tabIndex={0}>
            <GraphView
              graph={stage.graph}
              run={run}
              selected={state}
              onSelect={(each) => show({ state: each })}
            />
          </div>
          <ul class="legend" aria-label="Signs">
            <li>✓ succeeded</li>
            <li>↻ after a retry</li>
            <li>◐ running</li>
            <li>✕ failed, caught</li>
          </ul>
        </Card>
        <div class="stack">
          {state && (
            <StateCard
              run={name}
              state={state}
              album={album}
              version={run?.events ?? 0}
              onClose={() => show({})}
            />
          )}
          {tiles.length > 0 && (
            <Card title="Albums" aside={plural(tiles.length, 'album')}>
              <Tiles
                tiles={tiles}
                selected={album}
                onSelect={({ albumId, is }) => {
                  if (is === 'skipped') location.hash = linkTo('explain', albumId);
                  else show({ state: first, album: albumId });
                }}
              />
              {missing.length > 0 && (
                <>
                  <h3>Missing, and why</h3>
                  <ul class="missing">
                    {missing.map(([reason, ids]) => (
                      <li key={reason}>
                        <strong>{reason}</strong> {plural(ids.length, 'album')}
                        <div class="ids">
                          {ids.slice(0, 30).map((id) => (
                            <Id key={id} id={id} />
                          ))}
                          {ids.length > 30 && `and ${ids.length - 30} more`}
                        </div>
                      </li>
                    ))}
                  </ul>
                </>
              )}
            </Card>
          )}
          {!state && (
            <Note>
              Select a state or an album to see its input, output, attempts and log lines.
            </Note>
          )}
        </div>
      </div>
    </div>
  );
}

function Head({
  name,
  run,
  stage,
  runs,
  papers,
}: {
  name: string;
  run: RunView | undefined;
  stage: StageView;
  runs: RunListed[];
  papers: Papers | undefined;
}) {
  const [fault, setFault] = useState<string>();
  const manifest = papers?.manifest;
  const status =
    run?.status === 'SUCCEEDED'
      ? (manifest?.status ?? run.outcome ?? run.status)
      : (run?.status ?? '…');
  const reasons: Record<string, number> = {};
  for (const { reason } of manifest?.missing ?? []) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const stoppedBy = manifest?.unlisted.listingStoppedBy;
  const why = run?.error
    ? `${run.error}: ${run.cause ?? ''}`
    : whyOf({
        status,
        reasons,
        ...(manifest && { counts: manifest.counts }),
        ...(stoppedBy && { listingStoppedBy: stoppedBy }),
      });
  const act = (path: string, runName: string) => {
    setFault(undefined);
    post(path, { name: runName }).then(
      () => {
        location.hash = linkTo('run', runName);
      },
      (error) => setFault(error.message),
    );
  };
  const fresh = `console-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`;
  return (
    <div class="run-head">
      <div class="run-title">
        <Status status={status} />
        <p>{why}</p>
      </div>
      <div class="run-actions">
        <label>
          Run{' '}
          <select
            value={name}
            onChange={(event) => {
              location.hash = linkTo('run', event.currentTarget.value);
            }}
          >
            {!runs.some((each) => each.name === name) && <option value={name}>{name}</option>}
            {runs.map((each) => (
              <option key={each.name} value={each.name}>
                {dateTime(each.startedAt)} · {each.status} · {each.name}
              </option>
            ))}
          </select>
        </label>
        {stage.canWrite && (
          <button type="button" onClick={() => act('run/start', fresh)}>
            Start a run
          </button>
        )}
        {stage.canWrite && run && run.stoppedAt === undefined && (
          <button type="button" class="danger" onClick={() => act('run/stop', name)}>
            Stop
          </button>
        )}
      </div>
      <Fault error={fault} />
    </div>
  );
}

function NoRun({ stage, error }: { stage: StageView; error: string | undefined }) {
  const [fault, setFault] = useState(error);
  const start = () =>
    post<{ name: string }>('run/start', { name: `console-${Date.now()}` }).then(
      ({ name }) => {
        location.hash = linkTo('run', name);
      },
      (failure) => setFault(failure.message),
    );
  return (
    <Card title="No run yet">
      <Fault error={fault} />
      <p>The first run lists new albums, fetches their tracks and makes tables of them.</p>
      {stage.canWrite && (
        <button type="button" onClick={start}>
          Start a run
        </button>
      )}
    </Card>
  );
}

function Countdown({ wait: { state, from, until } }: { wait: NonNullable<RunView['wait']> }) {
  const now = useNow(true, 250);
  const left = Math.max(0, Math.ceil((until - now) / 1_000));
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  return (
    <div class="countdown" role="timer" aria-label={`${state} goes on in ${left} seconds`}>
      <span aria-hidden="true">⏳</span>
      <strong>{clock}</strong>
      <span>until {state} goes on</span>
      <progress
        max={until - from}
        value={Math.min(until, now) - from}
        aria-label={`Time waited in ${state}`}
      />
    </div>
  );
}

function useNow(isOn: boolean, ms = 1_000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [isOn, ms]);
  return now;
}
