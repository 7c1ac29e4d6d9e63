import type { KinesisStreamEvent } from 'aws-lambda';
import { type Mapping, startMapping } from '../../src/event-source/mapping.ts';
import { type Kinesis, startKinesis } from '../../src/kinesis/kinesis.ts';
import type { StreamRecord } from '../../src/kinesis/records.ts';
import type { MappingSettings } from '../../src/service/stream-settings.ts';

export const STREAM = 'events';

/** A mapping with the defaults of AWS, but for what a test is about. */
export const settings = (more: Partial<MappingSettings> = {}): MappingSettings => ({
  id: '11111111-2222-4333-8444-555555555555',
  streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${STREAM}`,
  streamName: STREAM,
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:work',
  functionName: 'work',
  batchSize: 100,
  windowSeconds: 0,
  parallelization: 1,
  start: { ShardIteratorType: 'TRIM_HORIZON' },
  filters: [],
  reportsItemFailures: true,
  bisects: false,
  retries: Number.POSITIVE_INFINITY,
  maxAgeSeconds: Number.POSITIVE_INFINITY,
  failureBucket: undefined,
  ...more,
});

/** Records of a shard by their data; sequence numbers are 1, 2, 3 … */
export const records = (...data: string[]): StreamRecord[] =>
  data.map((each, i) => ({
    shardId: 'shardId-000000000000',
    sequenceNumber: String(i + 1),
    partitionKey: 'key',
    data: Buffer.from(each).toString('base64'),
    arrivedAt: 1_000,
  }));

export const report = (...sequenceNumbers: unknown[]) => ({
  batchItemFailures: sequenceNumbers.map((itemIdentifier) => ({ itemIdentifier })),
});

export interface StoredObject {
  bucket: string;
  key: string;
  body: string;
}

/** A stream, and a mapping that hands its records to a function of the test. */
export interface GivenMapping {
  kinesis: Kinesis;
  mapping: Mapping;
  /** The data of each invocation's records, in the order the invocations began. */
  invocations: string[][];
  events: KinesisStreamEvent[];
  stored: StoredObject[];
  errors: Error[];
  put(...records: { data: string; key?: string }[]): Promise<void>;
}

const open: { kinesis: Kinesis; mapping: Mapping }[] = [];

/** To be called once in a test file that starts mappings. */
export function closeMappingsAfterEach(): void {
  afterEach(async () => {
    for (const { kinesis, mapping } of open.splice(0)) {
      await mapping.close();
      await kinesis.close();
    }
  });
}

export async function givenMapping(
  more: Partial<MappingSettings> & { shards?: number } = {},
  work: (data: string[], event: KinesisStreamEvent) => unknown = () => null,
  before: { data: string; key?: string }[] = [],
  untilStored: () => Promise<void> = async () => {},
): Promise<GivenMapping> {
  const { shards = 1, ...changed } = more;
  const kinesis = await startKinesis([{ name: STREAM, shards, retentionHours: 24 }]);
  const put: GivenMapping['put'] = async (...all) => {
    await kinesis.call('PutRecords', {
      StreamName: STREAM,
      Records: all.map(({ data, key = 'key' }) => ({
        Data: Buffer.from(data).toString('base64'),
        PartitionKey: key,
      })),
    });
  };
  if (before.length > 0) await put(...before);

  const invocations: string[][] = [];
  const events: KinesisStreamEvent[] = [];
  const stored: StoredObject[] = [];
  const errors: Error[] = [];
  const mapping = startMapping(kinesis, settings(changed), {
    async invoke(_, event) {
      const lambdaEvent = event as KinesisStreamEvent;
      const data = dataOf(lambdaEvent);
      invocations.push(data);
      events.push(lambdaEvent);
      return work(data, lambdaEvent);
    },
    async putObject(bucket, key, body) {
      await untilStored();
      stored.push({ bucket, key, body: body.toString() });
    },
    onError: (error) => void errors.push(error),
    retryMs: () => 0,
    idleMs: 5,
  });
  open.push({ kinesis, mapping });
  return { kinesis, mapping, invocations, events, stored, errors, put };
}

export const dataOf = (event: KinesisStreamEvent): string[] =>
  event.Records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString());

/** A key whose records fall into the first or the second half of the ring of shards. */
export const keyOfShard = (shard: 0 | 1) => (shard === 0 ? 'a' : 'b');
