import type { RejectedLine } from './read-rejected.ts';
import type { ReplayLog } from './replay-log.ts';
import { createAssembly } from './whole-events.ts';

/** Rejected events to be replayed, each whole and once, and counts of the others. */
export interface ReplayChoice {
  /** In groups, in the order of the rejected objects; the lines of an event are in one group. */
  readonly events: AsyncIterable<readonly RejectedLine[]>;
  /** How many events were left out because they were replayed before; complete behind the last group. */
  readonly skipped: () => number;
  /** Ids of events of which a part is missing; complete behind the last group. */
  readonly incomplete: () => string[];
}

export function chooseEvents(
  groups: AsyncIterable<readonly RejectedLine[]>,
  log: ReplayLog,
  { reason, again }: { reason: string; again: boolean },
): ReplayChoice {
  const assembly = createAssembly();
  const origins = new Set<string>();
  let skipped = 0;

  /** An event and its rejected copies are one event: the first of them is replayed. */
  function isChosen({ stream, eventId }: RejectedLine): boolean {
    const origin = log.originOf(stream, eventId);
    const isNew = !origins.has(origin);
    origins.add(origin);
    if (again || !log.isReplayed(stream, eventId)) return isNew;
    if (isNew) skipped++;
    return false;
  }

  async function* events(): AsyncGenerator<RejectedLine[]> {
    for await (const lines of groups) {
      yield lines
        .filter((line) => reason === 'all' || line.reason === reason)
        .map(assembly.complete)
        .filter(([first]) => first !== undefined && isChosen(first))
        .flat();
    }
  }
  /** What is replayed already, its copies included, is not waited for. */
  const incomplete = () =>
    assembly
      .incomplete()
      .filter(({ stream, eventId }) => again || !log.isReplayed(stream, eventId))
      .map(({ eventId }) => eventId);
  return { events: events(), skipped: () => skipped, incomplete };
}
