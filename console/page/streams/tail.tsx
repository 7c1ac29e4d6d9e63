import { useMemo, useRef, useState } from 'preact/hooks';
import type { StageView, TailedEvent } from '../../model/api.ts';
import { clock, count } from '../../model/format.ts';
import { useLive } from '../api.ts';
import { Card, Fault, Id, Note, Scroll } from '../ui.tsx';

const KEPT = 500;
const SHOWN = 100;

/** The last events of a stream as they come; paused, they wait. */
export function Tail({ streams }: { streams: StageView['streams'] }) {
  const [stream, setStream] = useState(streams[0]?.name ?? '');
  const [filter, setFilter] = useState('');
  const [isPaused, setPaused] = useState(false);
  const kept = useRef<TailedEvent[]>([]);
  const passed = useRef(0);
  const [shown, setShown] = useState<TailedEvent[]>([]);
  const pausedNow = useRef(false);
  pausedNow.current = isPaused;
  const live = useLive<{ events: TailedEvent[]; passed: number }>(
    stream ? `streams/tail?stream=${encodeURIComponent(stream)}` : undefined,
    'events',
    ({ events, passed: more }) => {
      passed.current += more;
      // A connection that began anew brings some events a second time.
      const known = new Set(kept.current.map(keyOf));
      kept.current = [...kept.current, ...events.filter((event) => !known.has(keyOf(event)))].slice(
        -KEPT,
      );
      if (!pausedNow.current) setShown(kept.current);
    },
  );
  const wanted = filter.toLowerCase();
  const found = useMemo(
    () =>
      shown.filter(
        ({ text, partitionKey }) =>
          !wanted ||
          text.toLowerCase().includes(wanted) ||
          partitionKey.toLowerCase().includes(wanted),
      ),
    [shown, wanted],
  );
  const choose = (name: string) => {
    kept.current = [];
    passed.current = 0;
    setShown([]);
    setStream(name);
  };
  const waiting = isPaused ? kept.current.length - shown.length : 0;
  return (
    <Card
      title="Last events"
      name="tail"
      aside={
        <>
          <label>
            Stream{' '}
            <select value={stream} onChange={(event) => choose(event.currentTarget.value)}>
              {streams.map(({ name, label }) => (
                <option key={name} value={name}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label>
            Filter{' '}
            <input
              type="search"
              value={filter}
              onInput={(event) => setFilter(event.currentTarget.value)}
              placeholder="any text"
            />
          </label>
          <button
            type="button"
            aria-pressed={isPaused}
            onClick={() => {
              if (isPaused) setShown(kept.current);
              setPaused(!isPaused);
            }}
          >
            {isPaused ? '▶ Go on' : '❚❚ Pause'}
          </button>
        </>
      }
    >
      <Fault error={live.error} />
      <p class="hint" role="status">
        {count(passed.current)} read{isPaused ? `, ${count(Math.max(0, waiting))} wait` : ''}
        {wanted && `, ${count(found.length)} of ${count(shown.length)} match`}
      </p>
      {found.length === 0 ? (
        <Note>
          {shown.length > 0 ? 'No event matches the filter.' : 'No events in the last ten minutes.'}
        </Note>
      ) : (
        <Scroll label="Last events">
          <table class="events">
            <thead>
              <tr>
                <th scope="col">Arrived</th>
                <th scope="col">Id</th>
                <th scope="col">Event</th>
              </tr>
            </thead>
            <tbody>
              {found
                .slice(-SHOWN)
                .reverse()
                .map((event) => (
                  <tr key={keyOf(event)}>
                    <td>{clock(event.arrivedAt)}</td>
                    <td>
                      <Id id={idOf(event)} />
                    </td>
                    <td>
                      <code>{event.text}</code>
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </Card>
  );
}

const keyOf = ({ shardId, sequenceNumber, text }: TailedEvent): string =>
  `${shardId} ${sequenceNumber} ${text}`;

/** Enriched events carry the id of their source; in the source it is the position. */
function idOf({ shardId, sequenceNumber, text }: TailedEvent): string {
  const [, id] = /"event_id"\s*:\s*"([^"]+)"/.exec(text) ?? [];
  return id ?? `${Number(shardId.replace('shardId-', ''))}-${sequenceNumber}`;
}
