import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { AccessTokenRejected, ContractBroken } from '../../../core/errors.ts';
import { isTransient } from '../../../core/kinesis/transient.ts';

const sdkError = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error(name), {
    name,
    ...(httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } }),
  });
const systemError = (code: string) => Object.assign(new Error(code), { code });

describe('A failed call may be repeated', () => {
  it.each([
    sdkError('ProvisionedThroughputExceededException', 400),
    sdkError('ThrottlingException', 400),
    sdkError('KMSThrottlingException', 400),
    sdkError('LimitExceededException', 400),
    sdkError('InternalFailure', 500),
    sdkError('ServiceUnavailableException', 503),
    sdkError('Unknown', 429),
    sdkError('TimeoutError'),
    sdkError('AbortError'),
    systemError('ECONNRESET'),
    systemError('EPIPE'),
    systemError('EAI_AGAIN'),
    systemError('ERR_HTTP2_STREAM_CANCEL'),
    new ContractBroken('499 results for 500 records'),
  ])('after %s', (error) => {
    expect(isTransient(error)).toBe(true);
  });

  it('after a connection that broke, as the SDK has it', async () => {
    const server = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const kinesis = new KinesisClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    });
    const error = await kinesis.send(new ListStreamsCommand({})).catch((cause) => cause);
    server.close();
    kinesis.destroy();
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(isTransient(error)).toBe(true);
  });

  it.each([
    sdkError('ResourceNotFoundException', 400),
    sdkError('AccessDeniedException', 400),
    sdkError('ValidationException', 400),
    sdkError('InvalidArgumentException', 400),
    sdkError('UnrecognizedClientException', 400),
    sdkError('KMSAccessDeniedException', 400),
    sdkError('CredentialsProviderError'),
    systemError('ERR_INVALID_ARG_TYPE'),
    new TypeError('x is not a function'),
    new AccessTokenRejected('no'),
    'a string',
    undefined,
  ])('but not after %s', (error) => {
    expect(isTransient(error)).toBe(false);
  });
});
