import { nameAwsError } from '../../../functions/runtime/aws-errors.ts';

const sdkError = (name: string, status?: number) =>
  Object.assign(new Error('message'), {
    name,
    $metadata: { attempts: 3, ...(status && { httpStatusCode: status }) },
  });

describe('An error of an AWS call', () => {
  it.each([
    ['SlowDown', 503],
    ['InternalError', 500],
    ['ThrottlingException', 400],
    ['ProvisionedThroughputExceededException', 400],
    ['TooManyRequestsException', 429],
    ['RequestTimeout', 400],
    ['TimeoutError', undefined],
    ['Error', undefined],
  ])('that is transient gets the name that the state machine retries: %s', (name, status) => {
    const named = nameAwsError(sdkError(name, status)) as Error;
    expect(named).toMatchObject({ name: 'AwsUnavailable', transient: true });
    expect(named.message).toBe(`An AWS call failed 3 times: ${name}: message`);
  });

  it.each([
    ['AccessDeniedException', 400],
    ['NoSuchBucket', 404],
    ['ValidationException', 400],
  ])('that is permanent keeps its name: %s', (name, status) => {
    const error = sdkError(name, status);
    expect(nameAwsError(error)).toBe(error);
  });

  it('is not made of an error of another kind', () => {
    const error = new TypeError('x');
    expect(nameAwsError(error)).toBe(error);
    expect(nameAwsError(undefined)).toBeUndefined();
  });
});
