import { setImmediate } from 'node:timers/promises';
import { LOCAL_REGION } from 'local-aws/service/template.ts';
import { createKinesis } from '../core/kinesis/kinesis-client.ts';
import { createSender } from '../core/kinesis/sender.ts';
import { eventIdOf } from '../core/sessions/event-id.ts';
import { SEGMENTS } from '../core/sessions/segments.ts';
import { isAccepted } from '../core/simulation/expected-event.ts';
import { generateEvents, type SimulatedEvent } from '../core/simulation/generate-events.ts';
import type { Stage } from './stage.ts';

/** Where the events of a simulation went; `sent` counts copies too. */
export interface Ledger {
  sent: number;
  /** The writer could not send them. */
  unsent: number;
  /** Events that the simulation sent a second time: each has an event id of its own. */
  copies: number;
  /** Delivered events by segment, each event id once. */
  segments: Record<string, number>;
  rejected: number;
  /** Delivered a second time under the same event id: at least once is what is expected. */
  repeated: number;
  /** What the simulation expects, by segment and `rejected`. */
  expected: Record<string, number>;
}

/** Events that are sent before the signal is looked at. */
const GROUP = 500;

/**
 * Sends simulated sessions through the streaming half and counts what was delivered. After the signal it
 * sends no more, and counts only what was sent.
 */
export async function simulateSessions(
  stage: Stage,
  count: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Ledger> {
  const { streaming } = stage;
  if (!streaming) throw new Error('The stage was started without streaming');
  const since = new Date().toISOString();
  const kinesis = createKinesis({
    endpoint: stage.endpoints.aws,
    region: LOCAL_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const ledger: Ledger = {
    sent: 0,
    unsent: 0,
    copies: 0,
    segments: {},
    rejected: 0,
    repeated: 0,
    expected: {},
  };
  const sentIds = new Set<string>();
  const sender = createSender<SimulatedEvent>(
    kinesis,
    stage.sessionsStream,
    ({ records, lost, storedAt }) => {
      ledger.unsent += lost.size;
      for (const { shardId, sequenceNumber } of storedAt.values()) {
        sentIds.add(eventIdOf(shardId, sequenceNumber));
      }
      for (const { expected, isCopy } of records.filter((_, i) => !lost.has(i))) {
        ledger.sent += 1;
        if (isCopy) ledger.copies += 1;
        const place = isAccepted(expected) ? expected.segment : 'rejected';
        ledger.expected[place] = (ledger.expected[place] ?? 0) + 1;
      }
    },
  );
  const options = { count, seed, duplicates: 2, malformed: 1, noCountry: 1, hotKey: 0 };
  for (const events of inGroups(generateEvents(options))) {
    if (signal?.aborted) break;
    await sender.add(events);
    // The signal arrives between two turns of the event loop.
    await setImmediate();
  }
  await sender.end();
  kinesis.destroy();
  if (signal?.aborted) return ledger;
  await streaming.drain();

  /** How many rows each of the sent events has; other programs may send some at the same time. */
  async function timesOf(table: string, timestamp: string): Promise<number[]> {
    const { rows } = await stage.sql(
      `SELECT event_id, count(*) FROM ${table} WHERE ${timestamp} >= '${since}' GROUP BY event_id`,
    );
    return rows.flatMap(([id, times]) => (sentIds.has(String(id)) ? [Number(times)] : []));
  }
  for (const { name: segment } of SEGMENTS) {
    const table = `sessions_${segment.replaceAll('-', '_')}`;
    const times = await timesOf(table, 'processing_timestamp');
    ledger.segments[segment] = times.length;
    ledger.repeated += times.reduce((sum, n) => sum + n - 1, 0);
  }
  ledger.rejected = (await timesOf('rejected_sessions', 'rejected_at')).length;
  return ledger;
}

function* inGroups<T>(items: Iterable<T>): Generator<T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < GROUP) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** True when each event is where the simulation expects it, and none is missing or too many. */
export function isBalanced({ sent, unsent, segments, rejected, expected }: Ledger): boolean {
  const places: Record<string, number> = { ...segments, rejected: rejected };
  const delivered = Object.values(places).reduce((sum, n) => sum + n, 0);
  return (
    unsent === 0 &&
    delivered === sent &&
    Object.entries(places).every(([name, n]) => n === (expected[name] ?? 0))
  );
}
