import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Measure } from '../cloudwatch/metric-store.ts';
import { AwsError } from '../gateway/aws-error.ts';
import type { RawResponse } from '../gateway/gateway.ts';
import { describeError } from '../gateway/json-protocol.ts';
import type { StreamSettings } from '../service/stream-settings.ts';
import { createActions } from './actions.ts';
import { CBOR_TYPE, cborOfJson, jsonOfCbor } from './cbor.ts';
import { respondWithFaults, type StreamFaults } from './faults.ts';
import { createServer } from './kinesalite-server.ts';
import { type Json, untilActive } from './shards.ts';
import { storedRecords } from './stored-records.ts';
import { createStreamTrimmer, type ReadPosition } from './trim-streams.ts';

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

  const onDemand = streams.filter(({ isOnDemand }) => isOnDemand).map(({ name }) => name);
  const actions = createActions(call, new Set(onDemand));
  /** An action that kinesalite lacks is served here; all others are passed on as they are. */
  const respond = async (headers: IncomingHttpHeaders, body: Buffer): Promise<RawResponse> => {
    const target = String(headers['x-amz-target']);
    const action = actions[target.replace(`${TARGET}.`, '')];
    if (action === undefined) return withMessage(target, await ask(headers, body));
    try {
      return jsonResponse(200, await action(JSON.parse(body.toString())));
    } catch (error) {
      const { status, ...content } = describeError(error);
      return jsonResponse(status, content);
    }
  };

  return {
    async handle(headers, body) {
      const isCbor = headers['content-type'] === CBOR_TYPE;
      const inJson = isCbor ? { ...headers, 'content-type': JSON_TYPE } : headers;
      const named = withStreamName(isCbor ? jsonOfCbor(body) : body);
      const response = await respondWithFaults(faults, inJson, named, respond);
      onWrite(inJson, named, response);
      return isCbor ? cborOfJson(response) : response;
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

/** kinesalite knows a stream by its name alone; most clients send both or the ARN. */
function withStreamName(body: Buffer): Buffer {
  if (!body.includes('"StreamARN"') || body.includes('"StreamName"')) return body;
  const { StreamARN, ...input } = JSON.parse(body.toString());
  return Buffer.from(JSON.stringify({ ...input, StreamName: String(StreamARN).split('/').at(-1) }));
}

/** kinesalite says of an action that it does not know only that it is unknown. */
function withMessage(target: string, response: RawResponse): RawResponse {
  const __type = 'UnknownOperationException';
  if (response.status !== 400 || response.body.toString() !== JSON.stringify({ __type })) {
    return response;
  }
  return jsonResponse(400, { __type, message: `${target} is not served locally` });
}

const jsonResponse = (status: number, content: unknown): RawResponse => ({
  status,
  headers: { 'content-type': JSON_TYPE },
  body: Buffer.from(JSON.stringify(content)),
});
