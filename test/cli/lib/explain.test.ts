import { explain } from '../../../cli/lib/explain.ts';
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
    [
      named('ProvisionedThroughputExceededException', 'Rate'),
      'Too much for the stream at the moment: Rate',
    ],
    [new Error('Region is missing'), 'No AWS region: set AWS_REGION'],
    [named('Error', 'EACCES: permission denied', { code: 'EACCES' }), 'EACCES: permission denied'],
    [new TypeError('x is\nnot a function'), 'TypeError: x is not a function'],
    [named('UnknownError', ''), 'UnknownError: no message'],
    ['just text', 'just text'],
  ])('%s', (error, line) => {
    expect(explain(error)).toBe(line);
  });

  it('is not endless', () => {
    expect(explain(new Error('x'.repeat(10_000))).length).toBeLessThan(320);
  });
});
