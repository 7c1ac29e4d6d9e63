import { albumTiles, missingByReason } from '../../model/album-tiles.ts';
import type { CostLine, Papers, RunListed, StageView } from '../../model/api.ts';
import { plural } from '../../model/format.ts';
import type { RunView } from '../../model/run-view.ts';
import { type Loaded, useGet, useLive } from '../api.ts';
import { linkTo, type Route } from '../route.ts';
import { Card, Fault, Id, Note } from '../ui.tsx';
import { useNow } from '../use.ts';
import { Countdown } from './countdown.tsx';
import { GraphView } from './graph-view.tsx';
import { NoRun } from './no-run.tsx';
import { RunFigures } from './run-figures.tsx';
import { RunHead } from './run-head.tsx';
import { StateCard } from './state-card.tsx';
import { Tiles } from './tiles.tsx';

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
  const tiles = albumTiles(run ?? { albums: {}, runningItems: [] }, papers.value);
  const missing = missingByReason(tiles);
  // An album is looked at in the first state of the Map.
  const first = stage.graph.nodes.find(({ map }) => map !== undefined)?.name ?? '';
  return (
    <div class="run-panel">
      <RunHead name={name} run={run} stage={stage} runs={runs.value ?? []} papers={papers.value} />
      <Fault error={live.error} />
      {run && <RunFigures run={run} papers={papers.value} cost={cost.value} now={now} />}
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
