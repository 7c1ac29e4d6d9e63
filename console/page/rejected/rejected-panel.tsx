import { useState } from 'preact/hooks';
import type { RejectedEventView, RejectedView, ReplayView, StageView } from '../../model/api.ts';
import { bytes, clock, count, dateTime, plural } from '../../model/format.ts';
import { post, useGet } from '../api.ts';
import { StackedBars } from '../charts/stacked-bars.tsx';
import { linkTo, type Route } from '../route.ts';
import { Card, Fault, Id, Note, Scroll } from '../ui.tsx';
import { useTick } from '../use.ts';
import { EventBytes } from './event-bytes.tsx';

export function RejectedPanel({ stage, route }: { stage: StageView; route: Route }) {
  const hours = route.params.get('hours') ?? '24';
  const [version, setVersion] = useState(0);
  const { value, error } = useGet<RejectedView>(
    `rejected?hours=${hours}`,
    useTick(15_000) + version,
  );
  const reason = route.params.get('reason') ?? undefined;
  const show = (params: Record<string, string>, id = '') => {
    location.hash = linkTo('rejected', id, { hours, ...params });
  };
  const events = (value?.events ?? []).filter((event) => !reason || event.reason === reason);
  const chosen = events.find(({ eventId }) => eventId === route.id) ?? events[0];
  return (
    <>
      <Fault error={error} />
      <Card
        title="Rejected events, by reason"
        aside={
          <label>
            Last{' '}
            <select
              value={hours}
              onChange={(event) => {
                location.hash = linkTo('rejected', '', { hours: event.currentTarget.value });
              }}
            >
              {[
                ['1', 'hour'],
                ['24', '24 hours'],
                ['168', '7 days'],
                ['720', '30 days'],
              ].map(([each, text]) => (
                <option key={each} value={each}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        }
      >
        {value && value.total === 0 && (
          <Note tone="good">✓ No event was rejected in this time.</Note>
        )}
        {value && value.total > 0 && (
          <Reasons
            view={value}
            selected={reason}
            onSelect={(each) => show(each === reason ? {} : { reason: each })}
          />
        )}
      </Card>
      {value && value.total > 0 && (
        <div class="columns">
          <Card
            title={reason ? `Events: ${reason}` : 'Newest events'}
            aside={plural(events.length, 'event')}
          >
            <Scroll label="Rejected events">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Rejected</th>
                    <th scope="col">Reason</th>
                    <th scope="col">Where</th>
                    <th scope="col">Session</th>
                  </tr>
                </thead>
                <tbody>
                  {events.map((event) => (
                    <tr key={event.eventId} class={event === chosen ? 'selected' : ''}>
                      <td>
                        <a
                          href={linkTo('rejected', event.eventId, {
                            hours,
                            ...(reason && { reason }),
                          })}
                        >
                          {clock(event.rejectedAt)}
                        </a>
                      </td>
                      <td>{event.reason}</td>
                      <td>
                        <code>{event.field ?? ''}</code>
                      </td>
                      <td>{event.partitionKey}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          </Card>
          <div class="stack">
            {chosen && <EventCard event={chosen} />}
            <Replay
              stage={stage}
              view={value}
              hours={hours}
              reason={reason ?? chosen?.reason}
              onDone={() => setVersion(version + 1)}
            />
          </div>
        </div>
      )}
    </>
  );
}

function Reasons({
  view: { reasons, from, stepSeconds },
  selected,
  onSelect,
}: {
  view: RejectedView;
  selected: string | undefined;
  onSelect: (reason: string) => void;
}) {
  const steps = reasons[0]?.values.length ?? 0;
  const isLong = stepSeconds > 3_600;
  const parts = reasons
    .slice(0, 6)
    .map(({ reason }, i) => ({ name: reason, className: `part-${i}` }));
  const others = reasons.slice(6);
  return (
    <>
      <StackedBars
        label="Rejected events over time"
        height={170}
        parts={
          others.length > 0 ? [...parts, { name: 'others', className: 'part-unlisted' }] : parts
        }
        bars={Array.from({ length: steps }, (_, i) => {
          const at = from + i * stepSeconds * 1_000;
          const label = isLong ? dateTime(at).replace(/, .*/, '') : clock(at).slice(0, 5);
          const values = reasons.slice(0, 6).map((each) => each.values[i] ?? 0);
          const rest = others.reduce((sum, each) => sum + (each.values[i] ?? 0), 0);
          const named = reasons
            .filter((each) => each.values[i])
            .map((each) => `${each.reason} ${each.values[i]}`);
          return {
            key: String(i),
            label,
            title: `${dateTime(at)}: ${named.join(', ') || 'none'}`,
            values: [...values, rest],
          };
        })}
      />
      <ul class="reasons">
        {reasons.map(({ reason, total, message }) => (
          <li key={reason}>
            <button
              type="button"
              aria-pressed={selected === reason}
              onClick={() => onSelect(reason)}
            >
              <strong>{count(total)}</strong> {reason}
            </button>
            <span>{message}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function EventCard({ event }: { event: RejectedEventView }) {
  return (
    <Card title={event.reason} name="event-card">
      <p>{event.message}.</p>
      <dl class="facts">
        <dt>Where</dt>
        <dd>
          <code>{event.field ?? 'the whole event'}</code>
          {event.detail && (
            <>
              {' '}
              is <code>{event.detail}</code>
            </>
          )}
        </dd>
        <dt>Arrived</dt>
        <dd>{dateTime(event.arrivedAt)}</dd>
        <dt>Size</dt>
        <dd>{bytes(event.size)}</dd>
        <dt>Id</dt>
        <dd>
          <Id id={event.eventId} />
        </dd>
      </dl>
      <EventBytes key={event.eventId} event={event} />
    </Card>
  );
}

interface ReplayProps {
  stage: StageView;
  view: RejectedView;
  hours: string;
  reason: string | undefined;
  onDone: () => void;
}

/** Sends events of one reason again: counted first, sent with a second click. */
function Replay({ stage, view, hours, reason, onDone }: ReplayProps) {
  const [state, setState] = useState<{
    reason?: string;
    result?: ReplayView;
    error?: string;
    isBusy?: boolean;
  }>({});
  const now = state.reason === reason ? state : {};
  const run = (isDryRun: boolean) => {
    if (!reason) return;
    setState({ reason, isBusy: true });
    post<ReplayView>('rejected/replay', { reason, hours: Number(hours), isDryRun }).then(
      (result) => {
        setState({ reason, result });
        if (!isDryRun) onDone();
      },
      (error) => setState({ reason, error: error.message }),
    );
  };
  const { result } = now;
  const total = view.reasons.find((each) => each.reason === reason)?.total ?? 0;
  if (!reason) return null;
  return (
    <Card title={`Replay ${reason}`}>
      <p>
        After the fix, the {plural(total, 'event')} of this reason can go through the source stream
        once more, in their own bytes.
      </p>
      <Fault error={now.error} />
      {result && (
        <Note tone={result.failed.length > 0 ? 'bad' : 'good'}>
          {plural(result.events, 'event')}, {bytes(result.bytes)}{' '}
          {result.isDryRun ? 'would be sent' : 'sent to the source stream'}
          {result.skipped > 0 && ` · ${plural(result.skipped, 'event')} skipped: replayed before`}
          {result.failed.map((text) => ` · ${text}`)}
        </Note>
      )}
      <div class="buttons">
        <button type="button" disabled={now.isBusy} onClick={() => run(true)}>
          Dry run
        </button>
        <button
          type="button"
          class="danger"
          disabled={now.isBusy || !stage.canWrite || !result?.isDryRun || result.events === 0}
          onClick={() => run(false)}
        >
          Send {result?.isDryRun ? plural(result.events, 'event') : 'again'}
        </button>
      </div>
      {!stage.canWrite && (
        <p class="hint">Read-only: start the console with --allow-writes to send.</p>
      )}
    </Card>
  );
}
