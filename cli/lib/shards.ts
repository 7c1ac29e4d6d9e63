import {
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { InvalidInput } from '../../core/errors.ts';

/** Where reading begins. Sequence numbers: one for each shard to go on in; the others are left out. */
export type Start =
  | { readonly from: 'trim-horizon' | 'latest' }
  | { readonly from: 'at-timestamp'; readonly timestamp: Date }
  | { readonly from: 'after-sequence-number'; readonly sequenceNumbers: readonly string[] };

/** Where reading begins in a shard. */
export type Position =
  | { readonly type: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly type: 'AT_TIMESTAMP'; readonly timestamp: Date }
  | { readonly type: 'AFTER_SEQUENCE_NUMBER'; readonly sequenceNumber: string };

/** Calls Kinesis, repeating what is worth it. */
export type Call = <T>(call: () => Promise<T>) => Promise<T>;

/** All shards of a stream, those included that a split or merge has closed. */
export async function listShards(
  kinesis: KinesisClient,
  call: Call,
  streamName: string,
): Promise<Shard[]> {
  const shards: Shard[] = [];
  let NextToken: string | undefined;
  do {
    const page = NextToken === undefined ? { StreamName: streamName } : { NextToken };
    const answer = await call(() => kinesis.send(new ListShardsCommand(page)));
    shards.push(...(answer.Shards ?? []));
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return shards;
}

export const isOpen = ({ SequenceNumberRange }: Shard): boolean =>
  SequenceNumberRange?.EndingSequenceNumber === undefined;

export const parentsOf = ({ ParentShardId, AdjacentParentShardId }: Shard): string[] =>
  [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);

/** Opens an iterator; where it is told where it stands, an AT_TIMESTAMP that is too late ends. */
export async function openIterator(
  kinesis: KinesisClient,
  call: Call,
  streamName: string,
  shardId: string,
  position: Position,
): Promise<string | undefined> {
  const input = { StreamName: streamName, ShardId: shardId, ...(await request(kinesis, position)) };
  return (await call(() => kinesis.send(new GetShardIteratorCommand(input)))).ShardIterator;
}

async function request(kinesis: KinesisClient, position: Position) {
  if (position.type === 'AFTER_SEQUENCE_NUMBER') {
    return {
      ShardIteratorType: position.type,
      StartingSequenceNumber: position.sequenceNumber,
    } as const;
  }
  if (position.type !== 'AT_TIMESTAMP') return { ShardIteratorType: position.type };
  // kinesalite never answers where a shard holds nothing later. The reader drops what is earlier, so
  // that at an address that is not AWS' own it may begin at the beginning.
  if (kinesis.config.endpoint !== undefined) return { ShardIteratorType: 'TRIM_HORIZON' } as const;
  return { ShardIteratorType: position.type, Timestamp: position.timestamp } as const;
}

/** Where reading begins: by shard, those shards that come first. */
export async function firstPositions(
  kinesis: KinesisClient,
  call: Call,
  streamName: string,
  shards: readonly Shard[],
  start: Start,
): Promise<Map<string, Position>> {
  const known = new Set(shards.map(({ ShardId }) => ShardId));
  switch (start.from) {
    case 'latest':
      return positions(shards.filter(isOpen), { type: 'LATEST' });
    case 'after-sequence-number': {
      const all = new Map<string, Position>();
      for (const sequenceNumber of start.sequenceNumbers) {
        const position = { type: 'AFTER_SEQUENCE_NUMBER', sequenceNumber } as const;
        all.set(await shardOf(kinesis, call, streamName, shards, position), position);
      }
      return all;
    }
    default: {
      const roots = shards.filter((shard) => !parentsOf(shard).some((id) => known.has(id)));
      return positions(roots, descendantPosition(start));
    }
  }
}

/** Where reading begins in a shard whose parents have been read. */
export const descendantPosition = (start: Start): Position =>
  start.from === 'at-timestamp'
    ? { type: 'AT_TIMESTAMP', timestamp: start.timestamp }
    : { type: 'TRIM_HORIZON' };

const positions = (shards: readonly Shard[], position: Position): Map<string, Position> =>
  new Map(shards.map(({ ShardId }) => [ShardId as string, position]));

/** The one shard that takes the sequence number for its own. */
async function shardOf(
  kinesis: KinesisClient,
  call: Call,
  streamName: string,
  shards: readonly Shard[],
  position: Position & { sequenceNumber: string },
): Promise<string> {
  for (const { ShardId = '' } of shards) {
    try {
      await openIterator(kinesis, call, streamName, ShardId, position);
      return ShardId;
    } catch (error) {
      if ((error as Error).name !== 'InvalidArgumentException') throw error;
    }
  }
  throw new InvalidInput(`No shard of ${streamName} has ${position.sequenceNumber}`);
}
