import {
  AccessTokenExpired,
  ContractBroken,
  EndpointNotAllowed,
  QuotaExhausted,
  RateLimited,
  RequestRejected,
  ResourceNotFound,
  ServiceUnavailable,
  type TributaryError,
} from '../errors.ts';

/** What Spotify waits for when it names no time: half of its rolling 30 s window. */
const DEFAULT_RETRY_AFTER_SECONDS = 15;
/** No rate limit window is this long: a longer wait is the 24 h quota, whatever the body says. */
const LONGEST_RATE_LIMIT_SECONDS = 900;

/**
 * The named error for a response other than 200, or undefined for a 200.
 * `text` is the body as it came: JSON, plain text or nothing.
 */
export function errorOfResponse(
  what: string,
  status: number,
  retryAfter: string | undefined,
  text: string,
): TributaryError | undefined {
  if (status === 200) return undefined;
  const message = `${what} returned ${status}: ${messageOf(text)}`;
  if (status === 401) return new AccessTokenExpired(message);
  if (status === 403) return new EndpointNotAllowed(message);
  if (status === 404) return new ResourceNotFound(message);
  if (status === 429) return tooManyRequests(message, retryAfter, text);
  if (status >= 500) return new ServiceUnavailable(message);
  if (status >= 400) return new RequestRejected(message);
  // A redirect is not followed: the token goes to the configured host alone. The body of a 2xx is
  // not shown: it may be a token.
  return new ContractBroken(`${what} returned ${status}`);
}

function tooManyRequests(message: string, retryAfter: string | undefined, text: string) {
  const seconds = secondsOf(retryAfter);
  if (text.includes('QUOTA_EXCEEDED') || (seconds ?? 0) > LONGEST_RATE_LIMIT_SECONDS) {
    return new QuotaExhausted(
      `${message}; Spotify asks to wait ${seconds ?? 'an unnamed time of'} s`,
    );
  }
  return new RateLimited(message, seconds ?? DEFAULT_RETRY_AFTER_SECONDS);
}

function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined || retryAfter.trim() === '') return undefined;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  // RFC 9110 allows a date, which begins with its weekday: to Date.parse `1, 1` is one, too, long past.
  const until = /^\s*(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(retryAfter)
    ? Date.parse(retryAfter)
    : Number.NaN;
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil((until - Date.now()) / 1_000));
}

/** One short line out of `{"error":{"message"}}`, `{"error_description"}` or plain text. */
export function messageOf(text: string): string {
  const line = (value: string) => value.replace(/\s+/g, ' ').trim().slice(0, 200);
  try {
    const body = JSON.parse(text);
    const message = body?.error_description ?? body?.error?.message ?? body?.error;
    if (typeof message === 'string') return line(message);
  } catch {
    // not JSON: show it as it is
  }
  return line(text) || 'no body';
}
