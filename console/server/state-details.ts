import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { LogLine, StateVisit } from '../model/api.ts';
import { createItemFinder, type HistoryEvent } from '../model/history-event.ts';
import type { Clients } from './clients.ts';
import { withoutSecrets } from './errors.ts';
import type { WatchedRun } from './runs.ts';
import type { Stage } from './stage.ts';

/** Visits that are shown; of a state that a Map entered a thousand times, the newest. */
const SHOWN = 20;
const LONGEST_TEXT = 20_000;

/** Each time the run entered the state; an album chooses the calls that report it. */
export function visitsOf(
  events: HistoryEvent[],
  state: string,
  albumId?: string,
): { visits: StateVisit[]; total: number } {
  const itemOf = createItemFinder();
  const open = new Map<number | undefined, StateVisit>();
  const visits: StateVisit[] = [];
  for (const event of events) {
    const of = itemOf(event);
    if (event.type.endsWith('StateEntered')) {
      open.delete(of);
      if (event.name !== state) continue;
      const visit: StateVisit = {
        ...(of !== undefined && { item: of }),
        enteredAt: event.at,
        attempts: [],
        ...(event.input !== undefined && { input: cut(event.input) }),
      };
      open.set(of, visit);
      visits.push(visit);
      continue;
    }
    const visit = open.get(of);
    if (visit) follow(visit, event);
    if (visit && event.type.endsWith('StateExited') && event.name === state) open.delete(of);
  }
  const chosen = albumId ? visits.filter(({ output }) => output?.includes(`"${albumId}"`)) : visits;
  return { visits: chosen.slice(-SHOWN), total: chosen.length };
}

function follow(visit: StateVisit, { type, at, output, error, cause }: HistoryEvent): void {
  const attempt = visit.attempts.at(-1);
  if (/^(LambdaFunction|Task)Scheduled$/.test(type)) visit.attempts.push({ at });
  else if (attempt && /^(LambdaFunction|Task)(Succeeded|Failed|TimedOut)$/.test(type)) {
    attempt.seconds = (at - attempt.at) / 1_000;
    if (error !== undefined) attempt.error = error;
    if (cause !== undefined) attempt.cause = cut(withoutSecrets(cause));
  } else if (type.endsWith('StateExited')) {
    visit.exitedAt = at;
    if (output !== undefined) visit.output = cut(output);
  }
}

const cut = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;

/** The lines that the state's function logged in this run, of one album if it is asked for. */
export async function logsOf(
  { logs }: Pick<Clients, 'logs'>,
  stage: Stage,
  run: WatchedRun,
  state: string,
  albumId?: string,
): Promise<LogLine[]> {
  const functionName = stage.graph.nodes.find(({ name }) => name === state)?.functionName;
  if (!functionName) return [];
  const { startedAt, stoppedAt } = run.reducer.view;
  const terms = [`$.run_id = ${JSON.stringify(run.name)}`];
  try {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: `/aws/lambda/${functionName}`,
        startTime: startedAt - 1_000,
        endTime: (stoppedAt ?? Date.now()) + 60_000,
        filterPattern: `{ ${terms.join(' && ')} }`,
        limit: 100,
      }),
    );
    // Lines that name the album, where there are any.
    const naming = events.filter(({ message }) => albumId && message?.includes(albumId));
    return (naming.length > 0 ? naming : events).map(({ timestamp = 0, message = '' }) => ({
      at: timestamp,
      text: cut(withoutSecrets(message.trimEnd())),
    }));
  } catch (error) {
    // A function that was never called has no group yet.
    if ((error as Error).name === 'ResourceNotFoundException') return [];
    throw error;
  }
}
