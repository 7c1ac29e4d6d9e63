import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { InvalidInput as InvalidInputOfPackages } from 'local-aws/errors.ts';
import { errorLine } from '../../../cli/lib/error-line.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { createKinesis } from '../../../core/kinesis/kinesis-client.ts';

const named = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

describe('an error in one line', () => {
  it.each([
    [new InvalidInput('Give a query'), 'Give a query'],
    [new InvalidInputOfPackages('It is no catalogue'), 'It is no catalogue'],
    [named('AccessDeniedException', 'User: x'), 'No permission: User: x'],
    [named('AccessDenied', 'Access Denied'), 'No permission: Access Denied'],
    [named('ExpiredToken', 'old'), 'The AWS credentials have expired: old'],
    [named('UnrecognizedClientException', 'new'), 'AWS does not accept these credentials: new'],
    [named('ProvisionedThroughputExceededException', 'Rate'), 'Throttled: Rate'],
    [new Error('Region is missing'), 'No AWS region: set AWS_REGION'],
    [named('Error', 'EACCES: permission denied', { code: 'EACCES' }), 'EACCES: permission denied'],
    [new TypeError('x is\nnot a function'), 'TypeError: x is not a function'],
    [named('UnknownError', ''), 'UnknownError: no message'],
    [
      named('Unknown', 'UnknownError', { $metadata: { httpStatusCode: 500 } }),
      'HTTP status 500: no message',
    ],
    [
      named('Error', 'write EPROTO 40FD8EA3127F0000:error', { code: 'EPROTO' }),
      'No TLS is spoken at the address (EPROTO): is it http:// instead of https://?',
    ],
    [
      named('Error', 'self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      'The certificate of the address is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
    ],
    ['just text', 'just text'],
    [
      named('Error', 'connect', { code: 'ECONNREFUSED', address: '127.0.0.1', port: 9 }),
      'Nothing listens on 127.0.0.1:9 (ECONNREFUSED): is the address right?',
    ],
    [
      named('Error', 'getaddrinfo', { code: 'ENOTFOUND', hostname: 'kinesis.moon-1' }),
      'No such host: kinesis.moon-1 (ENOTFOUND): are the address and the network right?',
    ],
  ])('%s', (error, line) => {
    expect(errorLine(error)).toBe(line);
  });

  it.each([200, 302, 501])(
    'names what is not AWS, such as the page of a proxy: %d',
    async (status) => {
      const proxy = createServer((request, response) => {
        request.resume().on('end', () => {
          response.writeHead(status, { 'content-type': 'text/html' }).end('<html>Log in</html>');
        });
      }).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      const kinesis = createKinesis({ endpoint: address, region: 'us-east-1', credentials });
      try {
        const error = await kinesis
          .send(new ListStreamsCommand({}))
          .catch((caught: unknown) => caught);
        expect(error).toMatchObject({ name: 'InvalidInput' });
        expect(errorLine(error)).toBe(
          `The response is not AWS's (HTTP status ${status}, text/html): is the address right, or is a proxy in between?`,
        );
      } finally {
        kinesis.destroy();
        proxy.close();
      }
    },
  );

  it('is not endless', () => {
    expect(errorLine(new Error('x'.repeat(10_000))).length).toBeLessThan(320);
  });
});
