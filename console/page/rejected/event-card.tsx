import type { RejectedEventView } from '../../model/api.ts';
import { bytes, dateTime } from '../../model/format.ts';
import { Card, Id } from '../ui.tsx';
import { EventBytes } from './event-bytes.tsx';

export function EventCard({ event }: { event: RejectedEventView }) {
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
