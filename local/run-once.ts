import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import { messageOfCause } from '../core/error-cause.ts';
import type { Manifest } from '../core/lake/manifest.ts';
import { widthOf } from '../core/terminal/width.ts';
import { delivering, deliverRest, keptLake } from './delivering.ts';
import type { Interrupt } from './interrupt.ts';
import { showWhile } from './live-line.ts';
import { type Options, optionsToRepeat } from './options.ts';
import { createProgress } from './progress.ts';
import { isBalanced, type Ledger, simulateSessions } from './simulate-sessions.ts';
import type { Stage } from './stage.ts';
import { manifestOf, printSample, whereToLook } from './summary.ts';
import { judge, renderVerdict } from './verdict.ts';

/** Runs both halves and ends with the verdict; false when one failed. */
export async function runOnce(
  stage: Stage,
  { sessions, seed, folder, real, param, keep }: Options,
  interrupt: Interrupt,
): Promise<boolean> {
  const { signal } = interrupt;
  const start = performance.now();
  const runId = `local-${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}`;
  console.log(`\nRun ${runId} of ingest-new-releases`);
  const kept = `Kept: what has loaded so far, in ${folder}/lake; the next start loads the rest.`;
  interrupt.during({ name: 'the batch ran', kept });
  const progress = createProgress(process.stdout, signal);
  const execution = await stage
    .runBatch(runId, { onEvent: progress.onEvent, signal })
    .finally(progress.end);
  signal.throwIfAborted();

  let ledger: Ledger | undefined;
  if (execution.status === 'SUCCEEDED' && sessions > 0 && stage.streaming) {
    console.log(`\nSending ${sessions} session events through the streams`);
    const simulation = simulateSessions(stage, sessions, seed, signal);
    const sent = () => simulation.then((sums) => `${sums.sent} of ${sessions} events were sent. `);
    interrupt.during({ name: 'events were sent', ...delivering(stage, folder, sent) });
    ledger = await showWhile(`${' '.repeat(10)}delivering`, simulation, { signal });
    signal.throwIfAborted();
  }
  if (execution.status === 'SUCCEEDED') await printSample(stage);
  const manifest = manifestOf(stage, execution);
  const outcome = judge({
    runId,
    seconds: (performance.now() - start) / 1_000,
    ...(execution.status !== 'SUCCEEDED' && { failure: failureOf(execution, real) }),
    ...(manifest && { manifest }),
    // The mock knows of those that it was asked for.
    requests:
      real || param?.some((each) => each.startsWith('spotifyApiUrl='))
        ? { byEndpoint: countedBy(manifest), faulted: {} }
        : stage.spotify.requests,
    ...(ledger && { ledger }),
  });
  const width = Math.min(widthOf(process.stdout) ?? 100, 120);
  console.log(`\n${renderVerdict(outcome, { width })}`);
  const next = whereToLook(runId, {
    folder,
    keep: keep ?? false,
    again: optionsToRepeat(),
    isWhole: manifest?.status === 'COMPLETE',
    width: widthOf(process.stdout),
  });
  console.log(`\nWhere to look next\n${next}`);
  if (keep) {
    const ending = stage.streaming ? delivering(stage, folder) : { kept: keptLake(folder) };
    interrupt.during({ name: 'serving', ...ending });
  } else {
    const delivered = await deliverRest(stage, folder);
    if (delivered) console.log(`\n${delivered}`);
  }
  return execution.status === 'SUCCEEDED' && (!ledger || isBalanced(ledger));
}

/** The requests that a run counted itself. */
const countedBy = (manifest: Manifest | undefined): Record<string, number> => ({
  token: manifest?.counts.tokenRequests ?? 0,
  Spotify: manifest?.counts.requests ?? 0,
});

/** With `--real`, the parameters that the error speaks of came from the environment. */
function failureOf({ status, error = status, cause = 'no cause' }: Execution, real?: true) {
  const from =
    real && error === 'InvalidCredentials'
      ? '. They are those of SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET'
      : '';
  return { error, message: messageOfCause(cause) + from };
}
