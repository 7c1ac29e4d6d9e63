import { RateLimited } from '../../../core/errors.ts';
import { errorOfResponse, messageOf } from '../../../core/spotify/http-errors.ts';

const apiError = (status: number, message: string, reason?: string) =>
  JSON.stringify({ error: { status, message, ...(reason && { reason }) } });
const rateLimit = apiError(429, 'API rate limit exceeded');
const quota = apiError(429, 'Too many requests', 'QUOTA_EXCEEDED');

const secondsOf = (retryAfter: string | undefined, body = rateLimit) => {
  const error = errorOfResponse('GET /x', 429, retryAfter, body);
  expect(error).toBeInstanceOf(RateLimited);
  return (error as RateLimited).retryAfterSeconds;
};

describe('A response', () => {
  it('of 200 is no error, whatever its body says', () => {
    expect(errorOfResponse('GET /x', 200, '3', quota)).toBeUndefined();
  });

  it.each([
    [401, apiError(401, 'The access token expired'), 'AccessTokenExpired', true],
    [401, apiError(401, 'Missing/invalid/expired access token'), 'AccessTokenExpired', true],
    [403, apiError(403, 'Forbidden'), 'EndpointNotAllowed', false],
    [403, 'Active premium subscription required.', 'EndpointNotAllowed', false],
    [404, apiError(404, 'Resource not found'), 'ResourceNotFound', false],
    [400, '', 'RequestRejected', false],
    [400, apiError(400, 'Invalid limit'), 'RequestRejected', false],
    [410, 'Gone', 'RequestRejected', false],
    [500, '', 'ServiceUnavailable', true],
    [502, apiError(502, 'Bad gateway.'), 'ServiceUnavailable', true],
    [503, '<html>busy</html>', 'ServiceUnavailable', true],
    [429, rateLimit, 'RateLimited', true],
    [429, quota, 'QuotaExhausted', true],
    [302, '', 'ContractBroken', true],
    [204, '', 'ContractBroken', true],
  ])('of %i with the body %j is %s', (status, body, name, transient) => {
    expect(errorOfResponse('GET /x', status, undefined, body)).toMatchObject({ name, transient });
  });

  it('says the request, the status and the message of the body in one line', () => {
    const error = errorOfResponse('GET /x', 502, undefined, apiError(502, 'Bad\n  gateway.'));
    expect(error?.message).toBe('GET /x returned 502: Bad gateway.');
    expect(errorOfResponse('GET /x', 400, undefined, '')?.message).toBe(
      'GET /x returned 400: no body',
    );
  });

  it('that is neither a success nor a failure is reported without its body, which may be a token', () => {
    const body = '{"access_token":"BQsecret","expires_in":3600}';
    expect(errorOfResponse('POST /api/token', 203, undefined, body)?.message).not.toContain(
      'BQsecret',
    );
  });
});

describe('The seconds of a rate limit', () => {
  it('are those of Retry-After', () => {
    expect(secondsOf('7')).toBe(7);
    expect(secondsOf('0')).toBe(0);
    expect(secondsOf(' 7 ')).toBe(7);
  });

  it('are rounded up, never down', () => {
    expect(secondsOf('1.2')).toBe(2);
  });

  it('are never negative', () => {
    expect(secondsOf('-4')).toBe(0);
  });

  it('are those until the date of Retry-After', () => {
    const seconds = secondsOf(new Date(Date.now() + 60_000).toUTCString());
    expect(seconds).toBeGreaterThanOrEqual(58);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(secondsOf(new Date(Date.now() - 60_000).toUTCString())).toBe(0);
  });

  it.each([undefined, '', ' ', 'soon', 'Infinity', '1, 1'])(
    'are half of the 30 s window where Retry-After is %j',
    (retryAfter) => {
      expect(secondsOf(retryAfter)).toBe(15);
    },
  );

  it('are found although the body is no JSON', () => {
    expect(secondsOf('3', 'Too many requests')).toBe(3);
    expect(secondsOf(undefined, '')).toBe(15);
  });
});

describe('The quota of 24 hours', () => {
  it('is recognized by its reason, however short the wait', () => {
    const error = errorOfResponse('GET /x', 429, '2', quota);
    expect(error?.name).toBe('QuotaExhausted');
    expect(error?.message).toContain('Spotify asks to wait 2 s');
  });

  it('is recognized by a wait that no rate limit has, whatever the body says', () => {
    expect(errorOfResponse('GET /x', 429, '900', rateLimit)?.name).toBe('RateLimited');
    expect(errorOfResponse('GET /x', 429, '901', rateLimit)?.name).toBe('QuotaExhausted');
    expect(errorOfResponse('GET /x', 429, '86207', 'Too many requests')?.name).toBe(
      'QuotaExhausted',
    );
    const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
    expect(errorOfResponse('GET /x', 429, tomorrow, rateLimit)?.name).toBe('QuotaExhausted');
  });

  it('says so where no wait is named', () => {
    expect(errorOfResponse('GET /x', 429, undefined, quota)?.message).toContain('an unnamed time');
  });
});

describe('The message of a body', () => {
  it.each([
    ['{"error":{"status":404,"message":"Not found"}}', 'Not found'],
    ['{"error":"invalid_client","error_description":"Invalid client"}', 'Invalid client'],
    ['{"error":"invalid_grant"}', 'invalid_grant'],
    ['plain  text\nof two lines', 'plain text of two lines'],
    ['null', 'null'],
    ['{"error":{"message":7}}', '{"error":{"message":7}}'],
    ['', 'no body'],
    [' \n', 'no body'],
  ])('%j is %j', (body, message) => {
    expect(messageOf(body)).toBe(message);
  });

  it('is at most 200 characters long', () => {
    expect(messageOf('x'.repeat(10_000))).toHaveLength(200);
    expect(messageOf(JSON.stringify({ error: 'x'.repeat(10_000) }))).toHaveLength(200);
  });
});
