import { useState } from 'preact/hooks';
import type { RejectedView, ReplayView, StageView } from '../../model/api.ts';
import { bytes, plural } from '../../model/format.ts';
import { post } from '../api.ts';
import { Card, Fault, Note } from '../ui.tsx';

interface ReplayProps {
  stage: StageView;
  view: RejectedView;
  hours: string;
  reason: string | undefined;
  onDone: () => void;
}

/** Sends events of one reason again: counted first, sent with a second click. */
export function Replay({ stage, view, hours, reason, onDone }: ReplayProps) {
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
