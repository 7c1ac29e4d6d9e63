import { countUndelivered } from './count-events.ts';
import { deliver } from './interrupt.ts';
import type { Stage } from './stage.ts';
import { recordsLost, whatIsLost, whatWasDelivered } from './summary.ts';

/** 50,000 records at the most: a second Ctrl-C waits no longer for a number, and a third for nothing. */
const COUNTING_MS = 4_000;

export const keptLake = (folder: string) => `Kept: the lake in ${folder}/lake.`;

/** For an interruption while events may be in the streams, which the emulator keeps in memory. */
export function delivering(
  { streaming, sessionsStream, closeIntake, unroutedEvents }: Stage,
  folder: string,
  sent = async () => '',
) {
  return {
    kept: keptLake(folder),
    async drain() {
      const first = await sent();
      // A producer that goes on would be told that its events are stored, and they would be gone.
      await closeIntake();
      await streaming?.drain();
      return first + whatWasDelivered(unroutedEvents());
    },
    async remaining() {
      if (!streaming) return whatIsLost({});
      // What is counted must not go on meanwhile. Nobody waits for the invocations under way.
      void streaming.stop();
      const events = await countUndelivered(streaming, COUNTING_MS);
      return events ? whatIsLost(events) : recordsLost(streaming.remaining(), sessionsStream);
    },
  };
}

/** Delivers, before a stage ends, what other programs have sent behind its own events; undefined if nothing. */
export async function deliverRest(stage: Stage, folder: string): Promise<string | undefined> {
  await stage.closeIntake();
  const isEmpty = Object.keys(stage.streaming?.remaining() ?? {}).length === 0;
  if (isEmpty) return undefined;
  const { drain, remaining } = delivering(stage, folder);
  return `Events of other programs: ${await deliver(drain, remaining)}`;
}
