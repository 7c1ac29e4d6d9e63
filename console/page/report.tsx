import { renderToString } from 'preact-render-to-string';
import { albumTiles } from '../model/album-tiles.ts';
import type { ReportInput } from '../model/api.ts';
import { dateTime, plural } from '../model/format.ts';
import { reasonsOf, whyOf } from '../model/verdict.ts';
import { ManifestView } from './history/manifest-card.tsx';
import { GraphView } from './run/graph-view.tsx';
import { RunFigures } from './run/run-figures.tsx';
import { Visit } from './run/state-card.tsx';
import { Tiles } from './run/tiles.tsx';
import { Card, Status } from './ui.tsx';

/** A run as the body of a page without script: it can be attached to a ticket. */
export const renderReport = (input: ReportInput): string => renderToString(<Report {...input} />);

function Report({ name, stage, graph, run, papers, cost, states, at }: ReportInput) {
  const { manifest } = papers;
  const reasons = reasonsOf(manifest);
  const status = run.status === 'SUCCEEDED' ? (manifest?.status ?? run.status) : run.status;
  const tiles = albumTiles(run, papers);
  return (
    <main class="report">
      <h1>Run {name}</h1>
      <p class="hint">
        Stage {stage}, written {dateTime(at)}
      </p>
      <div class="run-title">
        <Status status={status} />
        <p>
          {run.error
            ? `${run.error}: ${run.cause ?? ''}`
            : whyOf({ status, reasons, ...(manifest && { counts: manifest.counts }) })}
        </p>
      </div>
      <RunFigures run={run} papers={papers} cost={cost} now={at} />
      <div class="columns">
        <Card title="States">
          <GraphView graph={graph} run={run} />
        </Card>
        <div class="stack">
          {tiles.length > 0 && (
            <Card title="Albums" aside={plural(tiles.length, 'album')}>
              <Tiles tiles={tiles} />
            </Card>
          )}
          <Card title="Manifest">
            <ManifestView papers={papers} />
          </Card>
        </div>
      </div>
      {states.map(({ name: state, details }) => (
        <details key={state} class="card">
          <summary>
            <strong>{state}</strong> {plural(details.total, 'visit')}
          </summary>
          {details.visits.slice(-1).map((visit) => (
            <Visit key={visit.enteredAt} visit={visit} />
          ))}
        </details>
      ))}
    </main>
  );
}
