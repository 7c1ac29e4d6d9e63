import { AwsError } from '../gateway/aws-error.ts';
import { SHARD_LIMIT } from './kinesalite-server.ts';
import { type Call, isOpen, type Json, type Shard } from './shards.ts';
import { withoutTimestamp } from './timestamp-iterator.ts';
import { updateShardCount } from './update-shard-count.ts';

type Action = (input: Json) => Promise<Json>;

/** What kinesalite lacks, or does otherwise than AWS; `onDemand` are names of streams. */
export function createActions(call: Call, onDemand: ReadonlySet<string>): Record<string, Action> {
  const modeOf = (stream: string): object =>
    onDemand.has(stream)
      ? {
          StreamModeDetails: { StreamMode: 'ON_DEMAND' },
          RecordDistributionStrategy: 'USER_PARTITION_KEY',
        }
      : { StreamModeDetails: { StreamMode: 'PROVISIONED' } };
  return {
    async DescribeLimits() {
      const { StreamNames } = await call('ListStreams', { Limit: 10_000 });
      const summaries: Json[] = await Promise.all(
        StreamNames.map((StreamName: string) => call('DescribeStreamSummary', { StreamName })),
      );
      const open = summaries.map(
        ({ StreamDescriptionSummary: { OpenShardCount } }) => OpenShardCount,
      );
      return {
        ShardLimit: SHARD_LIMIT,
        OpenShardCount: open.reduce((sum, count) => sum + count, 0),
        OnDemandStreamCount: StreamNames.filter((name: string) => onDemand.has(name)).length,
        // AWS's default; nothing here enforces it.
        OnDemandStreamCountLimit: 50,
      };
    },
    async DescribeStream(input) {
      const { StreamDescription } = await call('DescribeStream', input);
      return { StreamDescription: { ...StreamDescription, ...modeOf(input.StreamName) } };
    },
    async DescribeStreamSummary(input) {
      const { StreamDescriptionSummary } = await call('DescribeStreamSummary', input);
      const mode = modeOf(input.StreamName);
      return { StreamDescriptionSummary: { ...StreamDescriptionSummary, ...mode } };
    },
    async GetRecords(input) {
      const response = await call('GetRecords', input);
      return { ...response, ...(await behindLatest(call, response.NextShardIterator)) };
    },
    async GetShardIterator(input) {
      return call('GetShardIterator', await withoutTimestamp(call, input));
    },
    async ListShards({ ShardFilter, ...input }) {
      const { Shards, ...rest } = await call('ListShards', input);
      return { ...rest, Shards: filterShards(Shards, ShardFilter) };
    },
    async UpdateShardCount(input) {
      if (onDemand.has(input.StreamName)) {
        throw new AwsError('ValidationException', `${input.StreamName} is an on-demand stream`);
      }
      return updateShardCount(call, input);
    },
  };
}

/** kinesalite always says 0 of an open shard: readers that stop at the tip stopped after their first call. */
async function behindLatest(call: Call, ShardIterator?: string): Promise<object> {
  if (ShardIterator === undefined) return {};
  const { Records } = await call('GetRecords', { ShardIterator, Limit: 1 });
  const [next] = Records;
  if (next === undefined) return { MillisBehindLatest: 0 };
  const age = Date.now() - Math.round(next.ApproximateArrivalTimestamp * 1_000);
  return { MillisBehindLatest: Math.max(1, age) };
}

/** No shard expires here. */
function filterShards(shards: Shard[], filter?: { Type: string; ShardId?: string }): Shard[] {
  if (filter === undefined || filter.Type === 'FROM_TRIM_HORIZON') return shards;
  if (filter.Type === 'AT_LATEST') return shards.filter(isOpen);
  if (filter.Type === 'AT_TRIM_HORIZON') {
    return shards.filter(({ ParentShardId }) => ParentShardId === undefined);
  }
  if (filter.Type === 'AFTER_SHARD_ID') {
    return shards.filter(({ ShardId }) => ShardId > (filter.ShardId ?? ''));
  }
  throw new AwsError(
    'InvalidArgumentException',
    `ShardFilter ${filter.Type} is not served locally`,
  );
}
