import type { IncomingHttpHeaders } from 'node:http';
import type { Measure } from '../cloudwatch/metric-store.ts';
import type { RawResponse } from '../gateway/gateway.ts';

interface Put {
  StreamName?: string;
  StreamARN?: string;
  Data?: string;
  Records?: { Data: string }[];
}

/** What CloudWatch knows of a write to a stream: records and bytes that came in, and throttled ones. */
export function measureWrites(
  headers: IncomingHttpHeaders,
  body: Buffer,
  response: RawResponse,
  measure: Measure,
): void {
  const action = String(headers['x-amz-target']).split('.')[1];
  if (action !== 'PutRecord' && action !== 'PutRecords') return;
  if (!String(headers['content-type']).includes('json')) return;
  const { StreamName, StreamARN, Data, Records }: Put = JSON.parse(body.toString());
  const name = StreamName ?? StreamARN?.split('/').at(-1) ?? '';
  const sizes = (Records ?? [{ Data: Data ?? '' }]).map((each) => bytesOf(each.Data));
  const results = response.status === 200 ? JSON.parse(response.body.toString()).Records : [];
  const isStored = (i: number) =>
    response.status === 200 && (Records === undefined || results[i]?.ErrorCode === undefined);
  const stored = sizes.filter((_, i) => isStored(i));
  const note = (metric: string, value: number) =>
    measure({
      namespace: 'AWS/Kinesis',
      name: metric,
      dimensions: { StreamName: name },
      value,
    });
  note('IncomingRecords', stored.length);
  note(
    'IncomingBytes',
    stored.reduce((sum, size) => sum + size, 0),
  );
  note('WriteProvisionedThroughputExceeded', sizes.length - stored.length);
}

/** Of base64. */
const bytesOf = (data: string): number =>
  Math.floor((data.length * 3) / 4) - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0);
