import { InvalidInput } from '../../core/errors.ts';

/** An error for the page, with its HTTP status; the message is shown as it is. */
export class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }
}

/** What a person typed is their mistake, anything else came from the account. */
export const statusOf = (error: unknown): number =>
  error instanceof HttpError ? error.status : error instanceof InvalidInput ? 400 : 502;

/**
 * One line for the page. An SDK error's message can echo a header of the request, so anything that is
 * shaped like a credential is cut out of it.
 */
export function messageOf(error: unknown): string {
  const { name = '', message = '' } = (error ?? {}) as Partial<Error>;
  const isOurs = error instanceof HttpError || error instanceof InvalidInput;
  const text = isOurs ? message : [name, message].filter(Boolean).join(': ');
  const line = text.replace(/\p{Cc}+/gu, ' ').trim() || 'unknown error';
  return withoutSecrets(line.length > 500 ? `${line.slice(0, 500)}…` : line);
}

const SECRETS = [
  /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\b(A(?:KIA|SIA))[A-Z0-9]{12,}/g,
  /\b(Credential|Signature|X-Amz-Security-Token|SecretAccessKey|SessionToken)["']?\s*[=:]\s*["']?[^\s,"']+/gi,
];

export const withoutSecrets = (text: string): string =>
  SECRETS.reduce((rest, pattern) => rest.replace(pattern, '$1 …'), text);
