import type { Call } from './shards.ts';

interface GetShardIterator {
  readonly StreamName: string;
  readonly ShardId: string;
  readonly ShardIteratorType: string;
  /** Epoch seconds. */
  readonly Timestamp?: number;
}

/**
 * The same request with a sequence number in place of a timestamp: kinesalite never responds where a
 * shard holds no record at the timestamp or later.
 */
export async function withoutTimestamp(call: Call, input: GetShardIterator): Promise<object> {
  const { StreamName, ShardId, ShardIteratorType, Timestamp } = input;
  const isPast = Timestamp !== undefined && Timestamp * 1_000 <= Date.now();
  if (ShardIteratorType !== 'AT_TIMESTAMP' || !isPast) return input;
  const from = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  let { ShardIterator } = await call('GetShardIterator', from);
  let last: { SequenceNumber: string } | undefined;
  while (ShardIterator) {
    const { Records, NextShardIterator } = await call('GetRecords', { ShardIterator });
    for (const record of Records) {
      if (record.ApproximateArrivalTimestamp >= Timestamp) {
        return at(input, 'AT_SEQUENCE_NUMBER', record.SequenceNumber);
      }
    }
    if (Records.length === 0) break;
    last = Records.at(-1);
    ShardIterator = NextShardIterator;
  }
  return last === undefined ? from : at(input, 'AFTER_SEQUENCE_NUMBER', last.SequenceNumber);
}

const at = (
  { StreamName, ShardId }: GetShardIterator,
  ShardIteratorType: string,
  StartingSequenceNumber: string,
) => ({ StreamName, ShardId, ShardIteratorType, StartingSequenceNumber });
