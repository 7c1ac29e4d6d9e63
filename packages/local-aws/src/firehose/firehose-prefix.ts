import { randomInt } from 'node:crypto';
import { InvalidInput } from '../errors.ts';

const EXPRESSION = /!\{(\w+):([^}]*)\}/g;
const RANDOM_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Supported letters of Java's DateTimeFormatter, in UTC. */
const DATE_PARTS: Record<string, (iso: string) => string> = {
  yyyy: (iso) => iso.slice(0, 4),
  MM: (iso) => iso.slice(5, 7),
  dd: (iso) => iso.slice(8, 10),
  HH: (iso) => iso.slice(11, 13),
  mm: (iso) => iso.slice(14, 16),
  ss: (iso) => iso.slice(17, 19),
};

/**
 * Evaluates a prefix with Firehose's expressions `!{timestamp:…}`, `!{firehose:random-string}` and,
 * in an error prefix, `!{firehose:error-output-type}`. `arrivedAt` is the arrival of the oldest
 * record in the object. A prefix without a timestamp gets Firehose's own, `yyyy/MM/dd/HH/`.
 */
export function evaluatePrefix(prefix: string, arrivedAt: Date, errorType?: string): string {
  const iso = arrivedAt.toISOString();
  let hasExpression = false;
  const evaluated = prefix.replace(EXPRESSION, (expression, namespace: string, value: string) => {
    hasExpression = true;
    if (namespace === 'timestamp') return formatDate(value, iso, prefix);
    if (namespace === 'firehose' && value === 'random-string') return randomString();
    if (namespace === 'firehose' && value === 'error-output-type' && errorType) return errorType;
    throw new InvalidInput(`Prefix ${prefix}: ${expression} is unsupported`);
  });
  return hasExpression ? evaluated : `${evaluated}${formatDate('yyyy/MM/dd/HH/', iso, prefix)}`;
}

/** Throws InvalidInput for prefixes that AWS rejects at deployment. */
export function checkPrefixes(prefix: string, errorPrefix: string): void {
  const isPlain = (text: string) => text.search(EXPRESSION) === -1;
  if (!isPlain(prefix) && !errorPrefix.includes('!{firehose:error-output-type}')) {
    throw new InvalidInput(
      `Firehose requires !{firehose:error-output-type} in the error prefix '${errorPrefix}'`,
    );
  }
  evaluatePrefix(prefix, new Date(0));
  evaluatePrefix(errorPrefix, new Date(0), 'processing-failed');
}

/** `<name>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid>`, to which the extension of the format comes. */
export const objectSuffix = (name: string, arrivedAt: Date, uuid: string): string =>
  `${name}-1-${arrivedAt.toISOString().slice(0, 19).replace(/[T:]/g, '-')}-${uuid}`;

function formatDate(pattern: string, iso: string, prefix: string): string {
  return pattern.replace(/'([^']*)'|(([A-Za-z])\3*)/g, (_, literal: string, letters: string) => {
    if (literal !== undefined) return literal;
    const format = DATE_PARTS[letters];
    if (!format)
      throw new InvalidInput(`Prefix ${prefix}: the date letters ${letters} are unsupported`);
    return format(iso);
  });
}

const randomString = () =>
  Array.from({ length: 11 }, () => RANDOM_ALPHABET[randomInt(RANDOM_ALPHABET.length)]).join('');
