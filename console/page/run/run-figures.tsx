import type { CostLine, Papers } from '../../model/api.ts';
import { clock, count, dollars, duration } from '../../model/format.ts';
import type { RunView } from '../../model/run-view.ts';
import { Figure } from '../ui.tsx';

/** What the run came to, in figures. */
export function RunFigures({
  run,
  papers = {},
  cost,
  now,
}: {
  run: RunView;
  papers: Papers | undefined;
  cost: CostLine[] | undefined;
  now: number;
}) {
  const { counts } = run;
  const seconds = ((run.stoppedAt ?? now) - run.startedAt) / 1_000;
  const { usage, plan } = papers;
  const budget = plan?.requestsPerRun;
  const requests = Math.max(run.requests, usage?.requests ?? 0);
  const waited = (usage?.waitedMs ?? 0) / 1_000;
  const total = cost?.reduce((sum, line) => sum + line.dollars, 0);
  return (
    <div class="figures">
      <Figure label="Duration" hint={`started ${clock(run.startedAt)}`}>
        {run.startedAt > 0 ? duration(Math.max(0, seconds)) : '–'}
      </Figure>
      <Figure
        label="Albums loaded"
        hint={`${count(counts.skipped ?? 0)} skipped, ${count(counts.missing ?? 0)} missing of ${count(counts.listed ?? 0)} listed`}
      >
        {count(
          counts.loaded ?? Object.values(run.albums).filter((album) => 'tracks' in album).length,
        )}
      </Figure>
      <Figure label="Tracks">{counts.tracks === undefined ? '–' : count(counts.tracks)}</Figure>
      <Figure
        label="Requests"
        hint={
          budget ? (
            <>
              <meter
                min={0}
                max={budget}
                high={budget * 0.9}
                value={requests}
                aria-label="Requests used of the budget"
              />
              of {count(budget)}
            </>
          ) : waited > 0 ? (
            `${duration(waited)} waited for the rate limit`
          ) : (
            'to Spotify'
          )
        }
      >
        {count(requests)}
      </Figure>
      <Figure label="Cost at list prices" hint={cost && <CostLines cost={cost} />}>
        {total === undefined ? '–' : dollars(total)}
      </Figure>
    </div>
  );
}

const CostLines = ({ cost }: { cost: CostLine[] }) => (
  <details>
    <summary>{count(cost.length)} lines</summary>
    <table>
      <tbody>
        {cost.map(({ what, amount, dollars: price }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{amount}</td>
            <td class="number">{dollars(price)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </details>
);
