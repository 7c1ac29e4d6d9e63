import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import {
  errorsOf,
  writeToDelivery,
  writeToStream,
} from '../../../functions/runtime/stream-writers.ts';

const remaining = () => 5_000;
const kinesis = mockClient(KinesisClient);
const firehose = mockClient(FirehoseClient);
beforeEach(() => {
  kinesis.reset();
  firehose.reset();
});

describe('writing to a stream', () => {
  const write = writeToStream(new KinesisClient({}), 'sessions-usa');
  const record = { partitionKey: 'bucket-1', explicitHashKey: '42', data: Buffer.from('a') };

  it('puts records under their keys and reports that all have arrived', async () => {
    kinesis.on(PutRecordsCommand).resolves({ Records: [{ SequenceNumber: '1' }] });
    await expect(write([record], remaining)).resolves.toMatchObject({ unplaced: [], calls: 1 });
    expect(kinesis.commandCalls(PutRecordsCommand)[0]?.args[0].input).toEqual({
      StreamName: 'sessions-usa',
      Records: [{ PartitionKey: 'bucket-1', ExplicitHashKey: '42', Data: Buffer.from('a') }],
    });
  });

  it('repeats an entry that failed in a call that succeeded', async () => {
    kinesis
      .on(PutRecordsCommand)
      .resolvesOnce({ Records: [{ ErrorCode: 'ProvisionedThroughputExceededException' }] })
      .resolves({ Records: [{ SequenceNumber: '1' }] });
    await expect(write([record], remaining)).resolves.toMatchObject({
      unplaced: [],
      calls: 2,
      errors: { ProvisionedThroughputExceededException: 1 },
    });
  });

  it('reports what it may not write, and why', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    kinesis.on(PutRecordsCommand).rejects(denied);
    const report = await write([record], remaining);
    expect(report.unplaced).toEqual([0]);
    expect(errorsOf(report, { unplaced: [], calls: 1, errors: { Throttled: 2 } })).toEqual({
      AccessDeniedException: 1,
      Throttled: 2,
    });
  });

  it('makes no call for nothing', async () => {
    await write([], remaining);
    expect(kinesis.calls()).toHaveLength(0);
  });
});

describe('writing to a Firehose', () => {
  const write = writeToDelivery(new FirehoseClient({}), 'rejected');

  it('repeats an entry that failed and reports that all have arrived', async () => {
    firehose
      .on(PutRecordBatchCommand)
      .resolvesOnce({
        FailedPutCount: 1,
        RequestResponses: [{ RecordId: '1' }, { ErrorCode: 'ServiceUnavailableException' }],
      })
      .resolves({ FailedPutCount: 0, RequestResponses: [{ RecordId: '2' }] });
    await expect(write([Buffer.from('a\n'), Buffer.from('b\n')], remaining)).resolves.toMatchObject(
      { unplaced: [], calls: 2 },
    );
    const inputs = firehose.commandCalls(PutRecordBatchCommand).map((call) => call.args[0].input);
    expect(inputs.map(({ Records }) => Records?.map(({ Data }) => String(Data)))).toEqual([
      ['a\n', 'b\n'],
      ['b\n'],
    ]);
  });
});
