import { AwsError } from '../gateway/aws-error.ts';
import { type Call, isOpen, type Json, type Shard } from './shards.ts';
import { withoutTimestamp } from './timestamp-iterator.ts';
import { updateShardCount } from './update-shard-count.ts';

/** What kinesalite lacks, or does otherwise than AWS. */
export const ACTIONS: Record<string, (call: Call, input: Json) => Promise<Json>> = {
  DescribeStream: async (call, input) => {
    const { StreamDescription } = await call('DescribeStream', input);
    return { StreamDescription: { ...StreamDescription, ...PROVISIONED } };
  },
  DescribeStreamSummary: async (call, input) => {
    const { StreamDescriptionSummary } = await call('DescribeStreamSummary', input);
    return { StreamDescriptionSummary: { ...StreamDescriptionSummary, ...PROVISIONED } };
  },
  GetShardIterator: async (call, input) =>
    call('GetShardIterator', await withoutTimestamp(call, input)),
  ListShards: async (call, { ShardFilter, ...input }) => {
    const { Shards, ...rest } = await call('ListShards', input);
    return { ...rest, Shards: filterShards(Shards, ShardFilter) };
  },
  UpdateShardCount: updateShardCount,
};

/** On-demand streams have a fixed number of shards here, and are no others. */
const PROVISIONED = { StreamModeDetails: { StreamMode: 'PROVISIONED' } };

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
