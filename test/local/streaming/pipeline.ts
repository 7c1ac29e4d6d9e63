import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Service } from 'local-aws/service/service.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import type { KeyedRecord } from '../../../core/kinesis/records.ts';
import { eventIdOf } from '../../../core/sessions/event-id.ts';
import { splitLines } from '../../../core/sessions/lines.ts';
import { unpackRejected } from '../../../core/sessions/rejected-lines.ts';
import { writeToStream } from '../../../functions/runtime/stream-writers.ts';
import type { Stage, StageStreamingOptions } from '../../../local/stage.ts';
import { startTestStage } from '../../fixtures/local-stage.ts';

export const SOURCE = 'tributary-local-sessions';
export type Segment = 'usa' | 'international';

/** The packaged streaming half on a stage of its own, and what a test sees of it. */
export async function givenPipeline(
  streaming: true | StageStreamingOptions = true,
  more: { service?: Service } = {},
) {
  const spotify = { app: 'extended', catalog: generateCatalog({ albums: 1, seed: 1 }) } as const;
  const stage = await startTestStage({ ...more, spotify, streaming });
  const client = new KinesisClient({
    endpoint: stage.endpoints.aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
  const write = writeToStream(client, SOURCE);
  return {
    stage,
    /** Sends as a producer does: what fails is sent again, each key in its order. */
    async send(records: readonly KeyedRecord[]) {
      const { unplaced, errors, failure } = await write(records, () => Number.POSITIVE_INFINITY);
      if (unplaced.length === 0) return;
      const why = `${failure ?? 'nothing made a call fail'}, ${JSON.stringify(errors)}`;
      throw new Error(`${unplaced.length} were not sent: ${why}`, { cause: failure });
    },
    drain: () => streamingOf(stage).drain(),
    async end() {
      client.destroy();
      await stage.end();
    },
  };
}

export function streamingOf({ streaming }: Pick<Stage, 'streaming'>) {
  if (!streaming) throw new Error('The stage was started without streaming');
  return streaming;
}

export interface StoredRecord {
  eventId: string;
  data: Buffer;
  /** In seconds. */
  arrivedAt: number;
}

/** All that a stream holds: shard by shard, the children of a shard behind it. */
export async function readStream(stage: Stage, StreamName: string): Promise<StoredRecord[]> {
  const { kinesis } = streamingOf(stage);
  const { Shards } = await kinesis.call('ListShards', { StreamName });
  const all: StoredRecord[] = [];
  for (const { ShardId } of Shards) {
    let { ShardIterator } = await kinesis.call('GetShardIterator', {
      StreamName,
      ShardId,
      ShardIteratorType: 'TRIM_HORIZON',
    });
    for (let more = true; more && ShardIterator; ) {
      const response = await kinesis.call('GetRecords', { ShardIterator });
      ShardIterator = response.NextShardIterator;
      more = response.Records.length > 0;
      for (const record of response.Records) {
        all.push({
          eventId: eventIdOf(ShardId, record.SequenceNumber),
          data: Buffer.from(record.Data, 'base64'),
          arrivedAt: record.ApproximateArrivalTimestamp,
        });
      }
    }
  }
  return all;
}

/** The lines that were delivered to a bucket, object by object. */
export function deliveredLines(stage: Stage, bucket: string, prefix: string): Buffer[] {
  return objectsIn(stage, bucket)
    .filter(({ key }) => key.startsWith(prefix))
    .flatMap(({ path }) => splitLines(gunzipSync(readFileSync(path))));
}

export function objectsIn(stage: Stage, bucket: string): { key: string; path: string }[] {
  const folder = join(stage.lakeFolder, bucket);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, key: path.slice(folder.length + 1) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

export const sessionsOf = (stage: Stage, segment: Segment): Buffer[] =>
  deliveredLines(stage, `${SOURCE}-${segment}`, 'firehose/ingest_date=');

export const rejectedOf = (stage: Stage) =>
  unpackRejected(deliveredLines(stage, 'tributary-local-lake', 'rejected/sessions/ingest_date='));
