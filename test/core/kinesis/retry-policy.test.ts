import { AccessTokenRejected, ContractBroken } from '../../../core/errors.ts';
import { isTransient, RETRY } from '../../../core/kinesis/retry-policy.ts';
import { backoffMs } from '../../../core/retry.ts';

const sdkError = (name: string, httpStatusCode?: number) =>
  Object.assign(new Error(name), {
    name,
    ...(httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } }),
  });
const systemError = (code: string) => Object.assign(new Error(code), { code });

describe('A pause before the next attempt', () => {
  it('is anything from nothing to the doubled step, and the step is capped', () => {
    const policy = { attempts: 9, baseMs: 50, capMs: 2_000 };
    expect([1, 2, 3, 6, 7, 60].map((failures) => backoffMs(failures, policy, 0.999999))).toEqual(
      [50, 100, 200, 1_600, 2_000, 2_000].map((step) => expect.closeTo(step, 1)),
    );
    expect(backoffMs(5, policy, 0)).toBe(0);
    expect(backoffMs(5, policy, 0.5)).toBe(400);
  });

  it('adds up to some seconds, not to a Lambda’s life', () => {
    const pauses = Array.from({ length: RETRY.attempts - 1 }, (_, i) =>
      backoffMs(i + 1, RETRY, 0.5),
    );
    const sum = pauses.reduce((a, b) => a + b);
    expect(sum).toBeGreaterThan(2_000);
    expect(sum).toBeLessThan(6_000);
  });
});

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
