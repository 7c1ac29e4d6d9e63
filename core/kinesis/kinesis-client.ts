import { KinesisClient, type KinesisClientConfig } from '@aws-sdk/client-kinesis';
import { requestHandler } from '../request-handler.ts';
import { keepRequestBuffers } from './put-records-body.ts';

/** No retries here: the writer and the reader own them. HTTP/1.1, where the SDK would choose HTTP/2. */
export const createKinesis = (config: KinesisClientConfig): KinesisClient =>
  keepRequestBuffers(
    new KinesisClient({ ...config, maxAttempts: 1, requestHandler: requestHandler() }),
  );
