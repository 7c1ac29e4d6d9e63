import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import pMap from 'p-map';
import { InvalidInput } from '../errors.ts';
import { MAX_TEXT_BYTES } from '../sessions/json-tokens.ts';
import { unpackRejected } from '../sessions/rejected-lines.ts';
import { holderOf } from '../sessions/segments.ts';
import { readEnriched } from '../simulation/arrived-event.ts';
import { readLines } from '../terminal/lines.ts';
import type { Finding } from './finding.ts';
import { recordInStream, textOf } from './record-in-stream.ts';
import type { Sources } from './sources.ts';

/** `<shard>-<sequence number>`, with `#<n>` for an event of an aggregated record. */
const EVENT_ID = /^(\d+)-(\d+)(?:#(\d+))?$/;

export const isEventId = (id: string): boolean => EVENT_ID.test(id);

/** From an event to its shard, its position and its original bytes, and to where it was delivered. */
export async function explainEvent(id: string, sources: Sources): Promise<Finding[]> {
  const [, shard = '', sequenceNumber = '', part] = EVENT_ID.exec(id) ?? [];
  const { stream } = sources;
  const findings = [
    ...(await deliveredEvent(id, sources)),
    ...(await rejectedEvent(id, sources)),
    ...(await replays(id, sources)),
  ];
  const shardId = `shardId-${shard.padStart(12, '0')}`;
  const record = stream && (await recordInStream(stream, shardId, sequenceNumber, part));
  if (findings.length === 0) {
    if (record === undefined) return [];
    if (record.missing !== undefined) throw new InvalidInput(record.missing);
  }
  return [
    {
      what: `event ${id}`,
      facts: [
        ...(stream ? [['stream', stream.name] as const] : []),
        ['shard', shardId],
        ['position', sequenceNumber],
        ...(record?.facts ?? [['record', 'no longer in the stream'] as const]),
      ],
      ...(record?.raw !== undefined && { raw: record.raw }),
    },
    ...findings,
  ];
}

async function deliveredEvent(id: string, sources: Sources): Promise<Finding[]> {
  const rows = await sources.query(
    `SELECT segment, session_id, processing_timestamp, CAST(ingest_date AS varchar)
FROM sessions WHERE event_id = '${id}' LIMIT 1`,
  );
  const [row] = rows;
  if (row === undefined) return [];
  const [segment, session, processed, day] = row.map(String) as [string, string, string, string];
  const holder = holderOf(segment);
  const found = await findDelivered(id, holder, day, sources);
  return [
    {
      what: `delivered to the segment ${holder}`,
      facts: [
        ...(holder === segment ? [] : [['enriched for', segment] as [string, string]]),
        ['session', session],
        ['enriched', processed],
        ...(found ? [['object', found.location] as [string, string]] : []),
      ],
      ...(found && { raw: readEnriched(found.line).original.toString() }),
    },
  ];
}

/** The object of the segment's bucket that holds the event, and the event's line. */
async function findDelivered(
  id: string,
  segment: string,
  day: string,
  sources: Sources,
): Promise<{ location: string; line: Buffer } | undefined> {
  const objects = await sources.segment(segment);
  const needle = `"event_id":"${id}"`;
  let found: { location: string; line: Buffer } | undefined;
  await pMap(
    await objects.list(`firehose/ingest_date=${day}/`),
    async (key) => {
      if (found !== undefined) return;
      const bytes = await objects.get(key);
      const line = bytes && (await lineWith(needle, bytes));
      if (line !== undefined) found = { location: objects.locationOf(key), line };
    },
    { concurrency: 8 },
  );
  return found;
}

/** The line of an object that holds a text. Opened, an object may be of more than a gigabyte. */
async function lineWith(needle: string, bytes: Buffer): Promise<Buffer | undefined> {
  const source = Readable.from([bytes]);
  const opened = bytes[0] === 0x1f ? source.pipe(createGunzip()) : source;
  for await (const lines of readLines(opened, MAX_TEXT_BYTES)) {
    const found = lines.find(({ data }) => data?.includes(needle));
    if (found !== undefined) return found.data;
  }
  return undefined;
}

async function rejectedEvent(id: string, sources: Sources): Promise<Finding[]> {
  const columns = ['reason', 'message', 'field', 'detail', 'rejected_at', 'stream', 'shard_id'];
  const rest = ['sequence_number', 'partition_key', 'arrived_at', 'part', 'parts', 'original'];
  const names = [...columns, ...rest];
  const rows = await sources.query(
    `SELECT ${names.join(', ')} FROM rejected_sessions WHERE event_id = '${id}'`,
  );
  const [row] = rows;
  if (row === undefined) return [];
  const lines = rows.map((values) => {
    const line = Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));
    const numbers = { part: Number(line.part), parts: Number(line.parts) };
    return JSON.stringify({ ...line, ...numbers, event_id: id });
  });
  const [event] = unpackRejected(lines).events;
  const [reason, message, field, detail, rejectedAt] = row;
  return [
    {
      what: `rejected: ${reason}`,
      facts: [
        ['message', String(message)],
        ...(field ? [['field', String(field)] as [string, string]] : []),
        ...(detail ? [['detail', String(detail)] as [string, string]] : []),
        ['rejected', String(rejectedAt)],
        ...(event ? [['partition key', event.partitionKey] as [string, string]] : []),
        ...(event ? [['arrived', event.arrivedAt] as [string, string]] : []),
      ],
      ...(event && { raw: textOf(event.original) }),
    },
  ];
}

async function replays(id: string, sources: Sources): Promise<Finding[]> {
  const rows = await sources.query(
    `SELECT event_id, replayed_as, replayed_at FROM replayed_sessions
WHERE event_id = '${id}' OR replayed_as = '${id}' ORDER BY replayed_at`,
  );
  return rows.map(([from, to, at]) => ({
    what: from === id ? `replayed as ${to}` : `a replay of ${from}`,
    facts: [['replayed', String(at)]],
  }));
}
