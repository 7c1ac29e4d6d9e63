import { AwsError } from '../gateway/aws-error.ts';
import { type Call, isOpen, type Shard, untilActive } from './shards.ts';

interface UpdateShardCount {
  readonly StreamName: string;
  readonly TargetShardCount: number;
  readonly ScalingType?: string;
}

interface Range {
  readonly id: string;
  readonly from: bigint;
  readonly to: bigint;
}

const RING = 2n ** 128n;
/** Ranges that are rounded begin elsewhere: the second of three shards is not the third of six. */
const isNear = (a: bigint, b: bigint): boolean => a - b < 2n ** 20n && b - a < 2n ** 20n;

/**
 * UpdateShardCount, uniform: open shards are split where shards of the target begin, then those within one
 * are merged. It responds when the stream is ACTIVE again.
 */
export async function updateShardCount(call: Call, input: UpdateShardCount): Promise<object> {
  const { StreamName, TargetShardCount: target, ScalingType } = input;
  const before = await openRanges(call, StreamName);
  checkTarget(target, before.length, ScalingType);
  const starts = Array.from({ length: target }, (_, i) => BigInt(i) * (RING / BigInt(target)));
  for (const start of starts) {
    const ranges = await openRanges(call, StreamName);
    if (ranges.some(({ from }) => isNear(from, start))) continue;
    const range = ranges.find(({ to }) => start <= to) as Range;
    const NewStartingHashKey = start.toString();
    await change(call, 'SplitShard', { StreamName, ShardToSplit: range.id, NewStartingHashKey });
  }
  for (;;) {
    const ranges = await openRanges(call, StreamName);
    const at = ranges.findIndex(({ from }) => !starts.some((start) => isNear(from, start)));
    if (at === -1) break;
    const [first, second] = ranges.slice(at - 1) as [Range, Range];
    const shards = { ShardToMerge: first.id, AdjacentShardToMerge: second.id };
    await change(call, 'MergeShards', { StreamName, ...shards });
  }
  return { StreamName, CurrentShardCount: before.length, TargetShardCount: target };
}

function checkTarget(target: number, current: number, scaling?: string): void {
  if (scaling !== 'UNIFORM_SCALING') {
    throw new AwsError('ValidationException', 'ScalingType must be UNIFORM_SCALING');
  }
  if (!Number.isInteger(target) || target < 1) {
    throw new AwsError('ValidationException', 'TargetShardCount must be a whole number from 1 on');
  }
  if (target > 2 * current || 2 * target < current) {
    throw new AwsError(
      'LimitExceededException',
      `UpdateShardCount at most doubles or halves the ${current} open shards; ${target} is beyond that`,
    );
  }
}

async function openRanges(call: Call, StreamName: string): Promise<Range[]> {
  const { Shards } = (await call('ListShards', { StreamName })) as { Shards: Shard[] };
  return Shards.filter(isOpen)
    .map(({ ShardId, HashKeyRange: { StartingHashKey, EndingHashKey } }) => ({
      id: ShardId,
      from: BigInt(StartingHashKey),
      to: BigInt(EndingHashKey),
    }))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
}

async function change<Input extends { StreamName: string }>(
  call: Call,
  action: 'SplitShard' | 'MergeShards',
  input: Input,
): Promise<void> {
  await call(action, input);
  await untilActive(call, input.StreamName);
}
