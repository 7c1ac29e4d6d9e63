import { gunzipSync } from 'node:zlib';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import pMap from 'p-map';
import { LOCAL_STAGE } from '../../core/names.ts';
import { unpackRejected } from '../../core/sessions/rejected-lines.ts';
import { readEnriched } from '../../core/simulation/arrived-event.ts';
import { connectKinesis } from './aws-clients.ts';
import type { Finding } from './finding.ts';
import { lakeBucket, openLakeObjects } from './lake-objects.ts';
import { type EngineOptions, queryRows } from './run-query.ts';
import { namesOf } from './stage-names.ts';

/** `<shard>-<sequence number>`, with `#<n>` for an event of an aggregated record. */
const EVENT_ID = /^(\d+)-(\d+)(#\d+)?$/;

export const isEventId = (id: string): boolean => EVENT_ID.test(id);

/** From an event to its shard, its position and its original bytes, and to where it was delivered. */
export async function explainEvent(id: string, options: EngineOptions): Promise<Finding[]> {
  const [, shard = '', sequenceNumber = ''] = EVENT_ID.exec(id) ?? [];
  const { sessionsStream } = await namesOf(options);
  const findings = [
    ...(await deliveredEvent(id, options)),
    ...(await rejectedEvent(id, options)),
    ...(await replays(id, options)),
  ];
  const position = { stream: sessionsStream, shardId: shardIdOf(shard), sequenceNumber };
  const record = await recordInStream(position, options);
  if (findings.length === 0 && record === undefined) return [];
  return [
    {
      what: `event ${id}`,
      facts: [
        // The local stage forgets an overridden name when it ends.
        ...(record || options.stage !== LOCAL_STAGE
          ? [['stream', sessionsStream] as [string, string]]
          : []),
        ['shard', position.shardId],
        ['position', sequenceNumber],
        ...(record?.facts ?? [['record', 'no longer in the stream'] as [string, string]]),
      ],
      ...(record && { raw: record.raw }),
    },
    ...findings,
  ];
}

const shardIdOf = (number: string): string => `shardId-${number.padStart(12, '0')}`;

async function deliveredEvent(id: string, options: EngineOptions): Promise<Finding[]> {
  const rows = await queryRows(
    `SELECT segment, session_id, processing_timestamp, CAST(ingest_date AS varchar)
FROM sessions WHERE event_id = '${id}' LIMIT 1`,
    options,
  );
  const [row] = rows;
  if (row === undefined) return [];
  const [segment, session, processed, day] = row.map(String) as [string, string, string, string];
  const found = await findDelivered(id, segment, day, options);
  return [
    {
      what: `delivered to the segment ${segment}`,
      facts: [
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
  options: EngineOptions,
): Promise<{ location: string; line: Buffer } | undefined> {
  const name = `tributary-${options.stage}-sessions-${segment}`;
  const isLocal = options.stage === LOCAL_STAGE;
  const account = isLocal ? '' : `-${(await lakeBucket(options)).split('-').at(-1)}`;
  const objects = await openLakeObjects({ ...options, bucket: `${name}${account}` });
  const needle = `"event_id":"${id}"`;
  let found: { location: string; line: Buffer } | undefined;
  await pMap(
    await objects.list(`firehose/ingest_date=${day}/`),
    async (key) => {
      if (found !== undefined) return;
      const bytes = await objects.get(key);
      const text = bytes?.[0] === 0x1f ? gunzipSync(bytes) : bytes;
      const at = text?.indexOf(needle) ?? -1;
      if (text === undefined || at < 0) return;
      const end = text.indexOf('\n', at);
      const line = text.subarray(text.lastIndexOf('\n', at) + 1, end < 0 ? text.length : end);
      found = { location: objects.locationOf(key), line };
    },
    { concurrency: 8 },
  );
  return found;
}

async function rejectedEvent(id: string, options: EngineOptions): Promise<Finding[]> {
  const columns = ['reason', 'field', 'rejected_at', 'stream', 'shard_id', 'sequence_number'];
  const rest = ['partition_key', 'arrived_at', 'part', 'parts', 'original'];
  const rows = await queryRows(
    `SELECT ${[...columns, ...rest].join(', ')} FROM rejected_sessions WHERE event_id = '${id}'`,
    options,
  );
  const [row] = rows;
  if (row === undefined) return [];
  const names = [...columns, ...rest];
  const lines = rows.map((values) => {
    const line = Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));
    const numbers = { part: Number(line.part), parts: Number(line.parts) };
    return JSON.stringify({ ...line, ...numbers, event_id: id, detail: null });
  });
  const [event] = unpackRejected(lines).events;
  const [reason, field, rejectedAt] = row;
  return [
    {
      what: `rejected: ${reason}`,
      facts: [
        ...(field ? [['field', String(field)] as [string, string]] : []),
        ['rejected', String(rejectedAt)],
        ...(event ? [['partition key', event.partitionKey] as [string, string]] : []),
        ...(event ? [['arrived', event.arrivedAt] as [string, string]] : []),
      ],
      ...(event && { raw: textOf(event.original) }),
    },
  ];
}

async function replays(id: string, options: EngineOptions): Promise<Finding[]> {
  const rows = await queryRows(
    `SELECT event_id, replayed_as, replayed_at FROM replayed_sessions
WHERE event_id = '${id}' OR replayed_as = '${id}' ORDER BY replayed_at`,
    options,
  );
  return rows.map(([from, to, at]) => ({
    what: from === id ? `replayed as ${to}` : `a replay of ${from}`,
    facts: [['replayed', String(at)]],
  }));
}

/** The record at a position of the source stream; undefined where it has expired or nothing serves. */
async function recordInStream(
  { stream, shardId, sequenceNumber }: { stream: string; shardId: string; sequenceNumber: string },
  options: EngineOptions,
): Promise<{ facts: [string, string][]; raw: string } | undefined> {
  try {
    const kinesis = connectKinesis(options);
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: stream,
        ShardId: shardId,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: sequenceNumber,
      }),
    );
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    kinesis.destroy();
    const [record] = Records;
    if (record?.SequenceNumber !== sequenceNumber) return undefined;
    const { PartitionKey = '', ApproximateArrivalTimestamp, Data = [] } = record;
    return {
      facts: [
        ['partition key', PartitionKey],
        ['arrived', ApproximateArrivalTimestamp?.toISOString() ?? ''],
      ],
      raw: textOf(Buffer.from(Data)),
    };
  } catch {
    return undefined;
  }
}

const textOf = (bytes: Buffer): string => {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : `base64:${bytes.toString('base64')}`;
};
