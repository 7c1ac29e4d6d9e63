import { setImmediate } from 'node:timers/promises';
import { LOCAL_REGION } from 'local-aws/service/template.ts';
import { createKinesis } from '../core/kinesis/kinesis-client.ts';
import { createSender } from '../core/kinesis/sender.ts';
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
  const sender = createSender<SimulatedEvent>(
    kinesis,
    stage.sessionsStream,
    ({ records, lost }) => {
      ledger.unsent += lost.size;
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

  const countOf = async (sql: string) => Number((await stage.sql(sql)).rows[0]?.[0]);
  for (const { name: segment } of SEGMENTS) {
    const rows = `FROM sessions_${segment.replaceAll('-', '_')} WHERE processing_timestamp >= '${since}'`;
    const once = await countOf(`SELECT count(DISTINCT event_id) ${rows}`);
    ledger.segments[segment] = once;
    ledger.repeated += (await countOf(`SELECT count(*) ${rows}`)) - once;
  }
  ledger.rejected = await countOf(
    `SELECT count(DISTINCT event_id) FROM rejected_sessions WHERE rejected_at >= '${since}'`,
  );
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
