import type { StartingPosition } from '../service/stream-settings.ts';
import type { Kinesis } from './kinesis.ts';
import type { ReadPosition } from './trim-streams.ts';

export interface UnreadRecord {
  /** Tells records of a stream apart. */
  readonly id: string;
  readonly data: Buffer;
}

/** What a stream holds behind the position of a reader, which is left where it is. */
export async function* readUnread(
  kinesis: Kinesis,
  StreamName: string,
  start: StartingPosition,
  position: ReadPosition,
): AsyncGenerator<UnreadRecord> {
  const { Shards } = await kinesis.call('ListShards', { StreamName });
  for (const { ShardId } of Shards as { ShardId: string }[]) {
    const last = position(ShardId);
    const from = last
      ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: last }
      : start;
    const opened = await kinesis.call('GetShardIterator', { StreamName, ShardId, ...from });
    let { ShardIterator } = opened as { ShardIterator?: string };
    while (ShardIterator) {
      const { Records, NextShardIterator } = await kinesis.call('GetRecords', { ShardIterator });
      if (Records.length === 0) break;
      for (const { SequenceNumber, Data } of Records) {
        yield { id: `${ShardId}/${SequenceNumber}`, data: Buffer.from(Data, 'base64') };
      }
      ShardIterator = NextShardIterator;
    }
  }
}
