import { failureObject } from 'local-aws/event-source/failure-destination.ts';
import { ACCOUNT, REGION } from '../lib/ministack.ts';

/** The object of one event that enrichment could not process; the emulator stores none itself. */
export function failedBatch(service: string): { key: string; body: string } {
  const event = { session_id: 'discarded', country: 'USA', browsing_history: [] };
  const now = new Date();
  const record = {
    shardId: 'shardId-000000000000',
    sequenceNumber: '1',
    partitionKey: event.session_id,
    data: Buffer.from(JSON.stringify(event)).toString('base64'),
    arrivedAt: now.getTime() / 1_000,
  };
  const functionName = `${service}-enrichSessions`;
  return failureObject(
    [record],
    { condition: 'RetryAttemptsExhausted', invocations: 3, functionError: true },
    {
      id: 'enrich-mapping',
      functionName,
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${functionName}`,
      streamArn: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/${service}-sessions`,
    },
    now,
  );
}
