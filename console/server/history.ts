import {
  GetExecutionHistoryCommand,
  type HistoryEvent as SdkEvent,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { HistoryEvent } from '../model/history-event.ts';

/**
 * Events of an execution after `afterId`, in their order. Read from the end backwards, so that a look
 * at a long execution costs what is new and not what is old.
 */
export async function historyAfter(
  sfn: SFNClient,
  executionArn: string,
  afterId: number,
): Promise<HistoryEvent[]> {
  const found: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(
      new GetExecutionHistoryCommand({
        executionArn,
        maxResults: afterId === 0 ? 1_000 : 200,
        // A first look at the whole needs no second order.
        reverseOrder: afterId > 0,
        includeExecutionData: true,
        nextToken,
      }),
    );
    const events = (page.events ?? []).map(flat);
    found.push(...events.filter(({ id }) => id > afterId));
    nextToken = events.some(({ id }) => id <= afterId) ? undefined : page.nextToken;
  } while (nextToken !== undefined);
  return found.sort((a, b) => a.id - b.id);
}

/** AWS has a field of its own for the details of each type. */
function flat(event: SdkEvent): HistoryEvent {
  const { id = 0, previousEventId = 0, timestamp, type = '' } = event;
  const details: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(event)) {
    if (key.endsWith('EventDetails')) Object.assign(details, value);
  }
  const { name, index, length, input, output, error, cause } = details as Partial<HistoryEvent>;
  return {
    id,
    previousEventId,
    at: timestamp?.getTime() ?? 0,
    type,
    ...(name !== undefined && { name }),
    ...(index !== undefined && { index }),
    ...(length !== undefined && { length }),
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}
