import { QueryFailed } from '../../core/athena/query-failed.ts';
import { errorCodeOf, unreachable } from '../../core/connection-errors.ts';
import { TributaryError } from '../../core/errors.ts';

/** What to do about errors that AWS and its SDK name, by the beginning of the name. */
const ADVICE: [RegExp, string][] = [
  [/^ResourceNotFoundException$/, 'Not found (are --stream and --stage right?)'],
  [/^(NoSuchBucket|NoSuchKey)$/, 'Not found (are --bucket and --stage right?)'],
  [/^AccessDenied|^UnauthorizedOperation|^KMSAccessDenied/, 'No permission'],
  [/^ExpiredToken|^TokenRefreshRequired|^RequestExpired/, 'The AWS credentials have expired'],
  [
    /^UnrecognizedClient|^InvalidClientTokenId|^InvalidAccessKeyId|^InvalidSignature|^SignatureDoesNotMatch|^MissingAuthenticationToken|^IncompleteSignature/,
    'AWS does not accept these credentials',
  ],
  [
    /^CredentialsProviderError$/,
    'No AWS credentials (set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)',
  ],
  // A closed connection is one, too.
  [/^TimeoutError$/, 'No response'],
  [/ThroughputExceeded|^LimitExceeded|Throttl|^SlowDown/, 'Throttled'],
];

/** What the SDK says of itself, and for those who debug it. */
const SDK_WORDS =
  /^Unknown(Error)?$|^@smithy\/node-http-handler - (\[ERROR\] )?|\s+Deserialization error: to see the raw response.*$/gs;

/** An error in one line that says what to do; only what is wrong with a query has several. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  if (error instanceof QueryFailed)
    return error.message.split('\n').map(printable).join('\n').trim();
  // The packages have an InvalidInput of their own.
  if (error instanceof TributaryError || error.name === 'InvalidInput') {
    return oneLine(error.message);
  }
  if (error.message.startsWith('Region is missing')) return 'No AWS region: set AWS_REGION';
  const noConnection = unreachable(error);
  if (noConnection !== undefined) return noConnection;
  const name = errorCodeOf(error);
  const message = oneLine(error.message.replace(SDK_WORDS, '')) || 'no message';
  const label = ADVICE.find(([pattern]) => pattern.test(name))?.[1] ?? name;
  return message.startsWith(label) ? message : `${label}: ${message}`;
}

/** Control characters are spaces, and a caret stays below its place. */
const printable = (line: string): string => line.replace(/\p{Cc}/gu, ' ').trimEnd();

const oneLine = (text: string): string => {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};
