// A fake Kinesis and Firehose in a process of its own: it stores nothing, responds after a given time,
// and counts. Over HTTP/1.1 and over HTTP/2, which Kinesis' client speaks by default.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface Counts {
  calls: Record<string, number>;
  records: Record<string, number>;
}

let latencyMs = 0;
let counts: Counts = { calls: {}, records: {} };

const ENTRY = Buffer.from('"Data"');
const STREAM = /"(?:StreamName|DeliveryStreamName)":"([^"]+)"/;

function occurrences(body: Buffer): number {
  let found = 0;
  for (let at = body.indexOf(ENTRY); at !== -1; at = body.indexOf(ENTRY, at + ENTRY.length)) {
    found += 1;
  }
  return found;
}

function respond(action: string, body: Buffer): string {
  // The SDK writes the name behind the records.
  const tail = body.subarray(-200).toString('latin1');
  const stream = STREAM.exec(tail)?.[1] ?? 'unknown';
  const records = occurrences(body);
  const key = `${action} ${stream}`;
  counts.calls[key] = (counts.calls[key] ?? 0) + 1;
  counts.records[key] = (counts.records[key] ?? 0) + records;
  const entry = '{"ShardId":"shardId-000000000000","SequenceNumber":"1"}';
  if (action === 'PutRecord') return entry;
  const list = new Array(records).fill(action === 'PutRecords' ? entry : '{"RecordId":"1"}').join();
  return action === 'PutRecords'
    ? `{"FailedRecordCount":0,"Records":[${list}]}`
    : `{"FailedPutCount":0,"RequestResponses":[${list}]}`;
}

interface Exchange {
  request: NodeJS.EventEmitter & { headers: Record<string, unknown> };
  response: { setHeader(name: string, value: string): void; end(content: string): void };
}

function serve({ request, response }: Exchange): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => void chunks.push(chunk));
  request.on('end', () => {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const reply = () => {
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(respond(action, Buffer.concat(chunks)));
    };
    if (latencyMs === 0) reply();
    else setTimeout(reply, latencyMs);
  });
}

const servers = [
  createServer((request, response) => serve({ request, response })),
  createHttp2Server((request, response) => serve({ request, response })),
];
const ports: number[] = [];
for (const server of servers) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ports.push((server.address() as AddressInfo).port);
}
process.send?.(ports);

/** A message sets the latency; the response is what was counted since the last one. */
process.on('message', (ms: number) => {
  latencyMs = ms;
  process.send?.(counts);
  counts = { calls: {}, records: {} };
});
process.on('disconnect', () => process.exit());
