import { TributaryError } from '../errors.ts';

// Kinesis and Firehose respond with 400, and yet the same call may succeed.
const TRANSIENT_NAMES = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailableException',
  'TimeoutError',
  'AbortError',
]);

/**
 * Whether a failed call (an error of the AWS SDK v3) may succeed if made again: throttling, the
 * service's own faults, time-outs and broken connections. Anything else (no permission, no such
 * stream, invalid request, a mistake in the code) is permanent.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof TributaryError) return error.transient;
  if (TRANSIENT_NAMES.has(error.name)) return true;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500 || status === 429 || status === 408;
  // System errors: ECONNRESET, EPIPE, EAI_AGAIN. Node's own ERR_... are mistakes in the code, except
  // for connections that broke off: ERR_HTTP2_..., ERR_STREAM_PREMATURE_CLOSE.
  return typeof code === 'string' && /^(E(?!RR_)|ERR_HTTP2_|ERR_STREAM_PREMATURE)/.test(code);
}
