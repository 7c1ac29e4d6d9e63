import type { IncomingHttpHeaders } from 'node:http';
import type { RawResponse } from '../gateway/gateway.ts';

/** A record as a write has stored it. */
export interface StoredRecord {
  shardId: string;
  sequenceNumber: string;
  /** Of its data. */
  bytes: number;
}

interface Put {
  StreamName?: string;
  Data?: string;
  Records?: { Data: string }[];
}
interface PutResult {
  ShardId?: string;
  SequenceNumber?: string;
}

/** What a write to a stream has stored, and how many records it has not; undefined for other calls. */
export function storedRecords(
  headers: IncomingHttpHeaders,
  body: Buffer,
  response: RawResponse,
): { streamName: string; stored: StoredRecord[]; failed: number } | undefined {
  const action = String(headers['x-amz-target']).split('.')[1];
  if (action !== 'PutRecord' && action !== 'PutRecords') return undefined;
  if (!String(headers['content-type']).includes('json')) return undefined;
  const { StreamName = '', Data = '', Records }: Put = JSON.parse(body.toString());
  const put = Records ?? [{ Data }];
  const result = response.status === 200 ? JSON.parse(response.body.toString()) : {};
  const results: PutResult[] = Records ? (result.Records ?? []) : [result];
  const stored = put.flatMap(({ Data: data }, i): StoredRecord[] => {
    const { ShardId: shardId, SequenceNumber: sequenceNumber } = results[i] ?? {};
    if (!shardId || !sequenceNumber) return [];
    return [{ shardId, sequenceNumber, bytes: bytesOf(data) }];
  });
  return {
    streamName: StreamName,
    stored,
    failed: put.length - stored.length,
  };
}

/** Of base64. */
export const bytesOf = (data: string): number =>
  Math.floor((data.length * 3) / 4) - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0);
