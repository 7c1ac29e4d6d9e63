import { KinesisClient, type KinesisClientConfig } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { keepRequestBuffers } from './put-records-body.ts';

/** Time-outs in milliseconds for calls that a person waits for. */
export const requestHandler = () =>
  new NodeHttpHandler({
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    throwOnRequestTimeout: true,
  });

/** No retries here: the writer and the reader own them. HTTP/1.1, where the SDK would choose HTTP/2. */
export const createKinesis = (config: KinesisClientConfig): KinesisClient =>
  keepRequestBuffers(
    new KinesisClient({ ...config, maxAttempts: 1, requestHandler: requestHandler() }),
  );
