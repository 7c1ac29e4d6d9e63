import type { Measure } from './cloudwatch/metric-store.ts';
import { type MappingCounts, startMapping } from './event-source/mapping.ts';
import { findUnmatched, type OnUnmatched } from './event-source/unmatched.ts';
import {
  createDeliveryStream,
  type DeliveryCounts,
  MAX_RECORD_BYTES,
} from './firehose/firehose.ts';
import { createFirehoseApi } from './firehose/firehose-api.ts';
import type { RawService } from './gateway/gateway.ts';
import type { JsonService } from './gateway/json-protocol.ts';
import type { Iam } from './iam/iam.ts';
import { deliverAs, readAs, storeFailuresAs } from './iam/role-checks.ts';
import { consume } from './kinesis/consumer.ts';
import type { StreamFaults } from './kinesis/faults.ts';
import { type Kinesis, startKinesis } from './kinesis/kinesis.ts';
import type { UnreadRecord } from './kinesis/read-unread.ts';
import type { DeliverySettings, StreamingSettings } from './service/stream-settings.ts';
import type { StreamingWorld } from './streaming-world.ts';

export interface StreamingOptions {
  faults?: StreamFaults;
  /** Notes what CloudWatch knows of streams and mappings. */
  measure?: Measure;
  /** Called for each record that no mapping's filter lets through. */
  onUnmatched?: OnUnmatched;
  /** How long to wait before an empty shard is polled again. */
  idleMs?: number;
  /** How long a mapping waits before it retries a batch. */
  retryMs?: (failures: number) => number;
}

export interface Streaming {
  /** For the gateway, by the prefix of `X-Amz-Target`. */
  readonly services: Record<string, JsonService | RawService>;
  readonly kinesis: Kinesis;
  /** Starts reading: mappings invoke, Firehoses collect. */
  start(world: StreamingWorld): void;
  /** Resolves when every record is processed and delivered; rejects with the errors of mappings and Firehoses. */
  drain(): Promise<void>;
  /** Records that a mapping or Firehose has yet to bring to their end, by stream and by Firehose. */
  remaining(): Record<string, number>;
  /** Those records themselves; one that a mapping is about to end may be among them. */
  undelivered(): AsyncGenerator<{ name: string; data: Buffer }>;
  /** By function name and by delivery stream name. */
  counts(): { mappings: Record<string, MappingCounts>; deliveries: Record<string, DeliveryCounts> };
  /** Stops reading and invoking; resolves when the invocations under way have ended. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** A part of the flow: something that reads from a stream. */
interface Part {
  readonly read: number;
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Streams, event source mappings and Firehoses of the packaged service. */
export async function startStreaming(
  settings: StreamingSettings,
  options: StreamingOptions = {},
): Promise<Streaming> {
  const { faults = {}, idleMs, retryMs, measure, onUnmatched = () => {} } = options;
  // Named one by one: a stage's options hold more than these.
  const pace = { ...(idleMs !== undefined && { idleMs }), ...(retryMs && { retryMs }) };
  const kinesis = await startKinesis(settings.streams, faults, measure);
  const errors: Error[] = [];
  const onError = (error: Error) => void errors.push(error);
  let world: StreamingWorld | undefined;

  const deliveries = new Map(
    settings.deliveries.map((each) => {
      const putObject = async (...object: [string, string, Buffer]) =>
        world && deliverAs(each, world)(...object);
      return [
        each.name,
        { settings: each, stream: createDeliveryStream(each, { putObject, onError }) },
      ];
    }),
  );
  const mappingCounts: Record<string, MappingCounts> = {};
  const parts: Part[] = [];
  const sources: { streamName: string; unended(): AsyncGenerator<UnreadRecord> }[] = [];

  function startSource({ name, sourceStream, sourceRole }: DeliverySettings, iam: Iam): void {
    const stream = deliveries.get(name)?.stream;
    if (!sourceStream || !sourceRole || !stream) return;
    const source = readAs(kinesis, sourceRole, sourceStream, iam, ['DescribeStream']);
    const consumer = consume(source, sourceStream, {
      // Firehose begins at LATEST; these streams are as new as it is.
      start: { ShardIteratorType: 'TRIM_HORIZON' },
      onError,
      ...pace,
      openSink: () => ({
        async take(records) {
          for (const { data, arrivedAt, sequenceNumber } of records) {
            const bytes = Buffer.from(data, 'base64');
            if (bytes.length <= MAX_RECORD_BYTES) stream.put(bytes, new Date(arrivedAt * 1_000));
            else onError(new Error(`${name}: record ${sequenceNumber} is beyond 1,000 KiB`));
          }
        },
        settle: async () => {},
      }),
    });
    parts.push(consumer);
    sources.push({ streamName: sourceStream, unended: consumer.unread });
  }

  return {
    kinesis,
    services: {
      Kinesis_20131202: kinesis.handle,
      Firehose_20150804: createFirehoseApi(deliveries, faults),
    },
    start(given) {
      world = given;
      const onFiltered = findUnmatched(settings.mappings, onUnmatched);
      for (const mapping of settings.mappings) {
        const role = given.roleOf(mapping.functionName);
        const describes = ['DescribeStream', 'DescribeStreamSummary'];
        const source = readAs(kinesis, role, mapping.streamName, given.iam, describes);
        const started = startMapping(source, mapping, {
          invoke: given.invoke,
          putObject: storeFailuresAs(role, given),
          onError,
          onFiltered,
          ...(measure && { measure }),
          ...pace,
        });
        mappingCounts[mapping.functionName] = started.counts;
        parts.push(started);
        sources.push({ streamName: mapping.streamName, unended: started.unended });
      }
      for (const delivery of settings.deliveries) startSource(delivery, given.iam);
    },
    async drain() {
      const read = () => parts.reduce((sum, part) => sum + part.read, 0);
      // Until one pass over all of them finds nothing that any had not read before.
      for (let before = -1; before !== read() && errors.length === 0; ) {
        before = read();
        for (const part of parts) await part.settle();
      }
      for (const { stream } of deliveries.values()) await stream.flush();
      if (errors.length > 0) throw new AggregateError(errors, errors[0]?.message);
    },
    remaining() {
      const left: Record<string, number> = {};
      const note = (name: string, count: number) => {
        if (count > 0) left[name] = Math.max(count, left[name] ?? 0);
      };
      for (const { functionName, streamName } of settings.mappings) {
        const counts = mappingCounts[functionName];
        if (counts) note(streamName, kinesis.storedIn(streamName) - endedOf(counts));
      }
      for (const [name, { settings: of, stream }] of deliveries) {
        const { received, records } = stream.counts;
        note(name, (of.sourceStream ? kinesis.storedIn(of.sourceStream) : received) - records);
      }
      return left;
    },
    async *undelivered() {
      const seen = new Set<string>();
      for (const { streamName: name, unended } of sources) {
        for await (const { id, data } of unended()) {
          if (!seen.has(`${name}/${id}`)) yield { name, data };
          seen.add(`${name}/${id}`);
        }
      }
      for (const [name, { stream }] of deliveries) {
        for (const data of stream.undelivered()) yield { name, data };
      }
    },
    counts: () => ({
      mappings: mappingCounts,
      deliveries: Object.fromEntries(
        [...deliveries].map(([name, { stream }]) => [name, stream.counts]),
      ),
    }),
    async stop() {
      await Promise.all(parts.map((part) => part.close()));
      for (const { stream } of deliveries.values()) stream.close();
    },
    close: () => kinesis.close(),
  };
}

const endedOf = ({ filtered, acknowledged, discarded }: MappingCounts): number =>
  Object.values(discarded).reduce((sum, count) => sum + count, filtered + acknowledged);
