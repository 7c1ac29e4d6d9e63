import { useState } from 'preact/hooks';
import type { LogLine, StateDetails, StateVisit } from '../../model/api.ts';
import { clock, duration, plural, pretty } from '../../model/format.ts';
import { useGet } from '../api.ts';
import { Card, Fault, Id, Note, Pre } from '../ui.tsx';

interface Props {
  run: string;
  state: string;
  album: string | undefined;
  /** Fetches again as the run goes on. */
  version: number;
  onClose: () => void;
}

/** What a state was given, what it gave back, how often it was tried and what it logged. */
export function StateCard({ run, state, album, version, onClose }: Props) {
  const query = new URLSearchParams({ name: run, state, ...(album && { album }) });
  const { value, error } = useGet<StateDetails>(`run/state?${query}`, version);
  const [back, setBack] = useState(0);
  const visits = value?.visits ?? [];
  const visit = visits[visits.length - 1 - Math.min(back, visits.length - 1)];
  return (
    <Card
      title={state}
      name="state-card"
      aside={
        <button type="button" onClick={onClose} aria-label="Close the details">
          ✕
        </button>
      }
    >
      <Fault error={error} />
      {value && !visit && (
        <Note>
          {album
            ? `No call of this state reports album ${album}.`
            : 'The run has not entered this state.'}
        </Note>
      )}
      {visits.length > 1 && (
        <div class="visits">
          <button
            type="button"
            disabled={back >= visits.length - 1}
            onClick={() => setBack(back + 1)}
          >
            ‹ earlier
          </button>
          <span>
            visit {value ? value.total - Math.min(back, visits.length - 1) : ''} of {value?.total}
            {visit?.item !== undefined && `, group ${visit.item}`}
          </span>
          <button type="button" disabled={back === 0} onClick={() => setBack(back - 1)}>
            later ›
          </button>
        </div>
      )}
      {album && (
        <p class="hint">
          The calls that report album <Id id={album} />
        </p>
      )}
      {visit && <Visit visit={visit} />}
      {value && <Logs lines={value.logs} />}
    </Card>
  );
}

export function Visit({ visit }: { visit: StateVisit }) {
  const { enteredAt, exitedAt, attempts, input, output } = visit;
  return (
    <>
      <dl class="facts">
        <dt>Entered</dt>
        <dd>{clock(enteredAt)}</dd>
        <dt>Took</dt>
        <dd>{exitedAt === undefined ? 'still there' : duration((exitedAt - enteredAt) / 1_000)}</dd>
        <dt>Attempts</dt>
        <dd>{attempts.length || 'none needed'}</dd>
      </dl>
      {attempts.some(({ error }) => error) && (
        <ol class="attempts">
          {attempts.map(({ at, seconds, error, cause }) => (
            <li key={at}>
              {clock(at)} {seconds !== undefined && duration(seconds)}{' '}
              {error ? <strong>✕ {error}</strong> : '✓ succeeded'}
              {cause && <div class="cause">{causeText(cause)}</div>}
            </li>
          ))}
        </ol>
      )}
      <details open>
        <summary>Input</summary>
        <Pre label="Input">{pretty(input)}</Pre>
      </details>
      <details open={output !== undefined}>
        <summary>Output</summary>
        <Pre label="Output">{output === undefined ? 'none' : pretty(output)}</Pre>
      </details>
    </>
  );
}

/** Lambda's cause is JSON with the message in it. */
function causeText(cause: string): string {
  try {
    return JSON.parse(cause).errorMessage ?? cause;
  } catch {
    return cause;
  }
}

function Logs({ lines }: { lines: LogLine[] }) {
  return (
    <details open={lines.length > 0}>
      <summary>{plural(lines.length, 'log line')}</summary>
      {lines.length > 0 && (
        <Pre label="Log lines">
          {lines.map(({ at, text }) => `${clock(at)}  ${text}`).join('\n')}
        </Pre>
      )}
    </details>
  );
}
