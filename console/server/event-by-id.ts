import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import type { Trace } from '../model/api.ts';
import type { Clients } from './clients.ts';

import type { Stage } from './stage.ts';

/** An event by the id that enrichment gave it, which is its position in the source stream. */
export async function eventById({ kinesis }: Clients, stage: Stage, id: string): Promise<Trace[]> {
  const [shard = '', sequenceNumber = ''] = id.split('-');
  const ShardId = `shardId-${shard.padStart(12, '0')}`;
  const { source } = stage.streams;
  const facts: [string, string][] = [
    ['stream', source],
    ['shard', ShardId],
    ['sequence number', sequenceNumber],
  ];
  const trace: Trace = { what: 'event', title: id, facts };
  try {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: source,
        ShardId,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: sequenceNumber,
      }),
    );
    const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    const [record] = Records;
    if (record?.SequenceNumber === sequenceNumber) {
      facts.push(['partition key', record.PartitionKey ?? '']);
      facts.push(['arrived', record.ApproximateArrivalTimestamp?.toISOString() ?? '']);
      return [{ ...trace, raw: Buffer.from(record.Data ?? []).toString() }];
    }
  } catch (error) {
    if (!/InvalidArgument|ResourceNotFound/.test((error as Error).name)) throw error;
  }
  facts.push(['bytes', 'no longer in the stream, which keeps them for a day']);
  return [trace];
}
