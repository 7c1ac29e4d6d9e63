import type { RunView } from '../../model/run-view.ts';
import { useNow } from '../use.ts';

/** How long a Wait still takes. */
export function Countdown({
  wait: { state, from, until },
}: {
  wait: NonNullable<RunView['wait']>;
}) {
  const now = useNow(true, 250);
  const left = Math.max(0, Math.ceil((until - now) / 1_000));
  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  return (
    <div class="countdown" role="timer" aria-label={`${state} goes on in ${left} seconds`}>
      <span aria-hidden="true">⏳</span>
      <strong>{clock}</strong>
      <span>until {state} goes on</span>
      <progress
        max={until - from}
        value={Math.min(until, now) - from}
        aria-label={`Time waited in ${state}`}
      />
    </div>
  );
}
