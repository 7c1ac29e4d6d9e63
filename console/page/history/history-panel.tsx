import type { RunSummary } from '../../model/api.ts';
import { dateTime, duration } from '../../model/format.ts';
import { whyOf } from '../../model/verdict.ts';
import { useGet } from '../api.ts';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { linkTo, type Route } from '../route.ts';
import { Card, Fault, Note, Scroll, Status } from '../ui.tsx';
import { useTick } from '../use.ts';
import { ManifestCard } from './manifest-card.tsx';

const PARTS = [
  { name: 'loaded', className: 'part-loaded' },
  { name: 'skipped', className: 'part-skipped' },
  { name: 'missing', className: 'part-missing' },
  { name: 'on no page', className: 'part-unlisted' },
];

export function HistoryPanel({ route }: { route: Route }) {
  const days = route.params.get('days') ?? '30';
  const { value, error } = useGet<RunSummary[]>(`history?days=${days}`, useTick(10_000));
  const runs = value ?? [];
  const select = (runId: string) => {
    location.hash = linkTo('history', runId, { days });
  };
  const chosen = runs.find(({ runId }) => runId === route.id);
  const labelOf = ({ startedAt }: RunSummary) => dateTime(startedAt).replace(/, .*/, '');
  const titleOf = (run: RunSummary) => `${dateTime(run.startedAt)}: ${run.status}. ${whyOf(run)}`;
  const single = (
    name: string,
    className: string,
    of: (run: RunSummary) => number,
    text: (n: number) => string,
  ) => (
    <StackedBars
      label={`${name} of each run`}
      height={130}
      parts={[{ name, className }]}
      bars={runs.map((run) => ({
        key: run.runId,
        label: labelOf(run),
        title: `${dateTime(run.startedAt)}: ${text(of(run))}`,
        values: [of(run)],
      }))}
    />
  );
  return (
    <>
      <Fault error={error} />
      {value && runs.length === 0 && <Note>No run in the last {days} days.</Note>}
      <Card
        title="Albums by run: expected = loaded + skipped + missing"
        aside={
          <label>
            Last{' '}
            <select
              value={days}
              onChange={(event) => {
                location.hash = linkTo('history', route.id, { days: event.currentTarget.value });
              }}
            >
              {['7', '30', '90'].map((each) => (
                <option key={each} value={each}>
                  {each} days
                </option>
              ))}
            </select>
          </label>
        }
      >
        <StackedBars
          label="Albums of each run; a run opens its manifest"
          parts={PARTS}
          height={230}
          selected={chosen?.runId}
          onSelect={select}
          bars={runs.map((run) => ({
            key: run.runId,
            label: labelOf(run),
            title: titleOf(run),
            values: run.counts
              ? [run.counts.loaded, run.counts.skipped, run.counts.missing, run.counts.unlisted]
              : [],
          }))}
        />
      </Card>
      {chosen && <ManifestCard run={chosen} />}
      <div class="columns even">
        <Card title="Seconds">
          {single('seconds', 'part-seconds', ({ seconds = 0 }) => seconds, duration)}
        </Card>
        <Card title="Requests to Spotify">
          {single(
            'requests',
            'part-requests',
            ({ counts }) => counts?.requests ?? 0,
            (n) => `${n} requests`,
          )}
        </Card>
      </div>
      <Card title="Runs">
        <Scroll label="Runs">
          <table>
            <thead>
              <tr>
                {['Started', 'Status', 'Why', 'Took'].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
                {['Expected', 'Loaded', 'Skipped', 'Missing', 'Requests'].map((head) => (
                  <th key={head} scope="col" class="number">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...runs].reverse().map((run) => (
                <tr key={run.runId}>
                  <td>
                    <a href={linkTo('run', run.runId)}>{dateTime(run.startedAt)}</a>
                  </td>
                  <td>
                    <Status status={run.status} />
                  </td>
                  <td class="why">
                    <a href={linkTo('history', run.runId, { days })}>{whyOf(run) || 'manifest'}</a>
                  </td>
                  <td>{run.seconds === undefined ? '' : duration(run.seconds)}</td>
                  {(['expected', 'loaded', 'skipped', 'missing', 'requests'] as const).map(
                    (key) => (
                      <td key={key} class="number">
                        {run.counts?.[key] ?? ''}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </Card>
    </>
  );
}
