import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Time-outs in milliseconds for calls to AWS that a person waits for. */
export const requestHandler = () =>
  new NodeHttpHandler({
    connectionTimeout: 5_000,
    requestTimeout: 30_000,
    throwOnRequestTimeout: true,
  });
