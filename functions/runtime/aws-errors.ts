import { AwsUnavailable } from '../../core/errors.ts';

interface SdkError {
  name: string;
  message: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
  $retryable?: { throttling?: boolean };
}

const THROTTLED =
  /Throttl|SlowDown|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded/;
const TRANSIENT =
  /^(TimeoutError|RequestTimeout|RequestTimeoutException|InternalError|InternalFailure|InternalServerError|ServiceUnavailable)$/;

/**
 * AWS calls fail under some forty names. Those that pass by themselves become one that the state machine
 * retries; others stay what they are. The SDK has made its own attempts before.
 */
export function nameAwsError(error: unknown): unknown {
  const { name = '', message, $metadata, $retryable } = (error ?? {}) as Partial<SdkError>;
  if (!$metadata) return error;
  const status = $metadata.httpStatusCode;
  // No status at all: the connection failed, or nobody replied in time.
  const isTransient =
    status === undefined ||
    status >= 500 ||
    status === 429 ||
    $retryable !== undefined ||
    THROTTLED.test(name) ||
    TRANSIENT.test(name);
  if (!isTransient) return error;
  return new AwsUnavailable(
    `An AWS call failed ${$metadata.attempts ?? 1} times: ${name}: ${message}`,
    {
      cause: new Error(name),
    },
  );
}
