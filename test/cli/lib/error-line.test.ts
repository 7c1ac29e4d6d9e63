import { errorLine } from '../../../cli/lib/error-line.ts';
import { InvalidInput } from '../../../core/errors.ts';

const named = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

describe('an error in one line', () => {
  it.each([
    [new InvalidInput('Give a query'), 'Give a query'],
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

  it('is not endless', () => {
    expect(errorLine(new Error('x'.repeat(10_000))).length).toBeLessThan(320);
  });
});
