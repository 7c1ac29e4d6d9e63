import {
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { InvalidInput } from '../errors.ts';

/**
 * Where reading begins. Sequence numbers: one for each shard to continue; other shards are not read. Of a
 * record of several events (`4959…#3`), reading begins with the record, which has more of them.
 */
export type Start =
  | { readonly from: 'trim-horizon' | 'latest' }
  | { readonly from: 'at-timestamp'; readonly timestamp: Date }
  | { readonly from: 'after-sequence-number'; readonly sequenceNumbers: readonly string[] };

/** Where reading begins in a shard. */
export type Position =
  | { readonly type: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly type: 'AT_TIMESTAMP'; readonly timestamp: Date }
  | {
      readonly type: 'AFTER_SEQUENCE_NUMBER' | 'AT_SEQUENCE_NUMBER';
      readonly sequenceNumber: string;
    };

/** Calls Kinesis, with retries. */
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
    const response = await call(() => kinesis.send(new ListShardsCommand(page)));
    shards.push(...(response.Shards ?? []));
    NextToken = response.NextToken;
  } while (NextToken !== undefined);
  return shards;
}

export const isOpen = ({ SequenceNumberRange }: Shard): boolean =>
  SequenceNumberRange?.EndingSequenceNumber === undefined;

export const parentsOf = ({ ParentShardId, AdjacentParentShardId }: Shard): string[] =>
  [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);

/** Opens an iterator of a shard at a position. */
export async function openIterator(
  kinesis: KinesisClient,
  call: Call,
  streamName: string,
  shardId: string,
  position: Position,
): Promise<string | undefined> {
  const input = { StreamName: streamName, ShardId: shardId, ...request(position) };
  return (await call(() => kinesis.send(new GetShardIteratorCommand(input)))).ShardIterator;
}

function request(position: Position) {
  if ('sequenceNumber' in position) {
    return {
      ShardIteratorType: position.type,
      StartingSequenceNumber: position.sequenceNumber,
    } as const;
  }
  if (position.type !== 'AT_TIMESTAMP') return { ShardIteratorType: position.type };
  return { ShardIteratorType: position.type, Timestamp: position.timestamp } as const;
}

/** Throws InvalidInput for a shard that the stream does not have. */
export function checkShards(
  streamName: string,
  shards: readonly Shard[],
  wanted: readonly string[],
): void {
  const ids = shards.map(({ ShardId = '' }) => ShardId);
  const unknown = wanted.find((id) => !ids.includes(id));
  if (unknown === undefined) return;
  throw new InvalidInput(`${streamName} has no shard ${unknown}: it has ${ids.join(', ')}`);
}

/** Where reading begins, by shard: of shards whose parents are not read. */
export async function firstPositions(
  kinesis: KinesisClient,
  call: Call,
  streamName: string,
  shards: readonly Shard[],
  start: Start,
): Promise<Map<string, Position>> {
  const ids = new Set(shards.map(({ ShardId }) => ShardId));
  switch (start.from) {
    case 'latest':
      return positions(shards.filter(isOpen), { type: 'LATEST' });
    case 'after-sequence-number': {
      const all = new Map<string, Position>();
      for (const text of start.sequenceNumbers) {
        const [sequenceNumber = '', part] = text.split('#');
        const type = part === undefined ? 'AFTER_SEQUENCE_NUMBER' : 'AT_SEQUENCE_NUMBER';
        const position = { type, sequenceNumber } as const;
        all.set(await shardOf(kinesis, call, streamName, shards, position), position);
      }
      return all;
    }
    default: {
      const roots = shards.filter((shard) => !parentsOf(shard).some((id) => ids.has(id)));
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

/** The shard that the sequence number is from. */
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
