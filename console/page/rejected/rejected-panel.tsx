import { useState } from 'preact/hooks';
import type { RejectedView, StageView } from '../../model/api.ts';
import { clock, plural } from '../../model/format.ts';
import { useGet } from '../api.ts';
import { linkTo, type Route } from '../route.ts';
import { Card, Fault, Note, Scroll } from '../ui.tsx';
import { useTick } from '../use.ts';
import { EventCard } from './event-card.tsx';
import { Reasons } from './reasons.tsx';
import { Replay } from './replay.tsx';

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
