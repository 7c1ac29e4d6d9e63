import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Measure } from '../cloudwatch/metric-store.ts';
import { AwsError } from '../gateway/aws-error.ts';
import type { RawResponse } from '../gateway/gateway.ts';
import type { StreamSettings } from '../service/stream-settings.ts';
import { respondWithFaults, type StreamFaults } from './faults.ts';
import { createServer } from './kinesalite-server.ts';
import { storedRecords } from './stored-records.ts';
import { withoutTimestamp } from './timestamp-iterator.ts';
import { createStreamTrimmer, type ReadPosition } from './trim-streams.ts';

// biome-ignore lint/suspicious/noExplicitAny: responses of many actions, each read where it is called
type Json = any;

/** Kinesis (kinesalite, in memory) without a port of its own: the gateway hands requests over. */
export interface Kinesis {
  /** A request as it came over HTTP, JSON or CBOR. */
  handle(headers: IncomingHttpHeaders, body: Buffer): Promise<RawResponse>;
  /** An action from inside the stage; throws AwsError with the exception's name. */
  call(action: string, input: object): Promise<Json>;
  /** Keeps what this reader has not taken yet from being trimmed. */
  addReader(streamName: string, position: ReadPosition): void;
  /** Records stored in a stream so far. */
  storedIn(streamName: string): number;
  close(): Promise<void>;
}

const TARGET = 'Kinesis_20131202';
const JSON_TYPE = 'application/x-amz-json-1.1';

// kinesalite checks that a request is signed, not how.
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=local',
  'x-amz-date': '20260101T000000Z',
};

export async function startKinesis(
  streams: readonly StreamSettings[],
  faults: StreamFaults = {},
  measure?: Measure,
  keptBytes?: number,
): Promise<Kinesis> {
  const { server, store } = createServer();
  const stored = new Map<string, number>();
  const trimmer = createStreamTrimmer((streamName, keys) => {
    const operations = keys.map((key) => ({ type: 'del' as const, key }));
    // An error is a store that is closed by now.
    store.getStreamDb(streamName).batch(operations, () => {});
  }, keptBytes);

  /** What a write from outside has stored: counted, measured and, in time, trimmed. */
  function onWrite(headers: IncomingHttpHeaders, body: Buffer, response: RawResponse): void {
    const write = storedRecords(headers, body, response);
    if (!write) return;
    const { streamName } = write;
    const note = (name: string, value: number) =>
      measure?.({
        namespace: 'AWS/Kinesis',
        name,
        dimensions: { StreamName: streamName },
        value,
      });
    note('IncomingRecords', write.stored.length);
    note(
      'IncomingBytes',
      write.stored.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    note('WriteProvisionedThroughputExceeded', write.failed);
    stored.set(streamName, (stored.get(streamName) ?? 0) + write.stored.length);
    trimmer.onStored(streamName, write.stored);
  }

  /**
   * A whole request: kinesalite throws out of its event handlers, and so ends the process, when a
   * client goes away in mid-request, as a Lambda that times out does.
   */
  const asked = new Set<Promise<RawResponse>>();
  const ask = (headers: IncomingHttpHeaders, body: Buffer): Promise<RawResponse> => {
    const response = new Promise<RawResponse>((resolve) => {
      const request = Object.assign(Readable.from([body], { objectMode: false }), {
        method: 'POST',
        url: '/',
        headers,
      });
      const responseHeaders: Record<string, string> = {};
      const response = {
        statusCode: 200,
        setHeader: (name: string, value: unknown) => {
          responseHeaders[name.toLowerCase()] = String(value);
        },
        end(content: string | Buffer = '') {
          resolve({
            status: response.statusCode,
            headers: responseHeaders,
            body: Buffer.from(content as string),
          });
        },
      };
      server.emit('request', request, response);
    }).finally(() => asked.delete(response));
    asked.add(response);
    return response;
  };

  async function call(action: string, input: object): Promise<Json> {
    const headers = {
      ...SIGNED,
      'content-type': JSON_TYPE,
      'x-amz-target': `${TARGET}.${action}`,
    };
    const { status, body } = await ask(headers, Buffer.from(JSON.stringify(input)));
    const response = body.length > 0 ? JSON.parse(body.toString()) : {};
    if (status === 200) return response;
    throw new AwsError(
      response.__type ?? 'InternalFailure',
      response.message ?? `status ${status}`,
    );
  }

  for (const { name, shards, retentionHours } of streams) {
    await call('CreateStream', { StreamName: name, ShardCount: shards });
    await untilActive(call, name);
    if (retentionHours > 24) {
      await call('IncreaseStreamRetentionPeriod', {
        StreamName: name,
        RetentionPeriodHours: retentionHours,
      });
    }
  }

  /** Streams are asked in JSON by the SDK; other encodings pass as they are. */
  const withTimestamp = async (
    headers: IncomingHttpHeaders,
    body: Buffer,
  ): Promise<RawResponse> => {
    const isIterator = headers['x-amz-target'] === `${TARGET}.GetShardIterator`;
    if (!isIterator || headers['content-type'] !== JSON_TYPE) return ask(headers, body);
    const input = await withoutTimestamp(call, JSON.parse(body.toString()));
    return ask(headers, Buffer.from(JSON.stringify(input)));
  };

  return {
    async handle(headers, body) {
      const response = await respondWithFaults(faults, headers, body, withTimestamp);
      onWrite(headers, body, response);
      return response;
    },
    call,
    addReader: trimmer.addReader,
    storedIn: (streamName) => stored.get(streamName) ?? 0,
    async close() {
      // A store that is closed under a request ends the process, too.
      await Promise.all(asked);
      // That no port was open is reported as an error; there is nothing else to wait for.
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function untilActive(call: Kinesis['call'], StreamName: string): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary } = await call('DescribeStreamSummary', { StreamName });
    if (StreamDescriptionSummary.StreamStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
