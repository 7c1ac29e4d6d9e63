import { useState } from 'preact/hooks';
import type { Papers, RunListed, StageView } from '../../model/api.ts';
import { dateTime } from '../../model/format.ts';
import type { RunView } from '../../model/run-view.ts';
import { reasonsOf, whyOf } from '../../model/verdict.ts';
import { post } from '../api.ts';
import { linkTo } from '../route.ts';
import { Fault, Status } from '../ui.tsx';

/** Which run is shown, how it went, and the buttons that start and stop one. */
export function RunHead({
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
  const stoppedBy = manifest?.unlisted.listingStoppedBy;
  const why = run?.error
    ? `${run.error}: ${run.cause ?? ''}`
    : whyOf({
        status,
        reasons: reasonsOf(manifest),
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
