import type { IncomingHttpHeaders } from 'node:http';
import type { RawResponse } from '../gateway/gateway.ts';

/**
 * What goes wrong with writes to a stream or a Firehose, by its name, for tests: each is asked once
 * a request or an entry.
 */
export interface StreamFaults {
  /** It cannot be written to at all. */
  isDown?(name: string): boolean;
  /** This entry of a batch fails, as on a throttled shard; its neighbours are stored. */
  failsEntry?(name: string): boolean;
}

interface PutRecords {
  StreamName: string;
  Records: object[];
}

type Ask = (headers: IncomingHttpHeaders, body: Buffer) => Promise<RawResponse>;

export const THROTTLED = {
  ErrorCode: 'ProvisionedThroughputExceededException',
  ErrorMessage: 'Rate exceeded for shard, by the plan of faults',
};

/** Passes a request on, or what is left of it when the plan of faults is done with it. */
export async function respondWithFaults(
  { isDown, failsEntry }: StreamFaults,
  headers: IncomingHttpHeaders,
  body: Buffer,
  ask: Ask,
): Promise<RawResponse> {
  const action = String(headers['x-amz-target']).split('.')[1];
  const writes = action === 'PutRecord' || action === 'PutRecords';
  if (!writes || (!isDown && !failsEntry)) return ask(headers, body);

  const input = JSON.parse(body.toString()) as PutRecords;
  if (isDown?.(input.StreamName)) {
    return json(500, { __type: 'InternalFailure', message: 'down, by the plan of faults' });
  }
  if (action === 'PutRecord') {
    if (!failsEntry?.(input.StreamName)) return ask(headers, body);
    return json(400, { __type: THROTTLED.ErrorCode, message: THROTTLED.ErrorMessage });
  }
  const isLost = input.Records.map(() => failsEntry?.(input.StreamName) ?? false);
  const kept = input.Records.filter((_, i) => !isLost[i]);
  const stored: object[] = [];
  if (kept.length > 0) {
    const response = await ask(headers, Buffer.from(JSON.stringify({ ...input, Records: kept })));
    if (response.status !== 200) return response;
    stored.push(...JSON.parse(response.body.toString()).Records);
  }
  const Records = isLost.map((lost) => (lost ? THROTTLED : stored.shift()));
  return json(200, { FailedRecordCount: isLost.filter(Boolean).length, Records });
}

const json = (status: number, body: object): RawResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: Buffer.from(JSON.stringify(body)),
});
