import { isUtf8 } from 'node:buffer';
import { type ReadRecord, readStream } from '../../core/kinesis/read-stream.ts';
import { eventsOf } from '../../core/sessions/events-of.ts';
import type { TailedEvent } from '../model/api.ts';
import type { Clients } from './clients.ts';

/** What one event shows of itself; a whole one is a click on its id away. */
const LONGEST = 2_000;
/** Events that a page gets at once; of a flood it sees a sample. */
const MOST_AT_ONCE = 100;

/** Hands on events of a stream as they come, from the last minutes on, until the signal ends it. */
export async function tail(
  { kinesis }: Clients,
  stream: string,
  onEvents: (events: TailedEvent[], passed: number) => void,
  signal: AbortSignal,
): Promise<void> {
  await readStream(kinesis, stream, {
    start: { from: 'at-timestamp', timestamp: new Date(Date.now() - 10 * 60_000) },
    follow: true,
    signal,
    async onRecords(records: readonly ReadRecord[]) {
      const events = records.flatMap(eventsOf);
      onEvents(events.slice(-MOST_AT_ONCE).map(shown), events.length);
    },
  });
}

const shown = ({
  shardId,
  sequenceNumber,
  partitionKey,
  arrivedAt,
  data,
}: ReadRecord): TailedEvent => ({
  shardId,
  sequenceNumber,
  partitionKey,
  arrivedAt: arrivedAt.getTime(),
  text: (isUtf8(data) ? data.toString() : `base64:${data.toString('base64')}`).slice(0, LONGEST),
});
