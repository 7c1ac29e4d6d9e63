/** Step Functions' limits, which no Retry and no Catch gets over. */
export const MAX_DATA_BYTES = 262_144;
export const MAX_HISTORY_EVENTS = 25_000;

/** Ends an execution: the interpreter asks an error whether it can be retried or caught. */
export class UncatchableError extends Error {
  readonly isRetryable = false;
  readonly isCatchable = false;
  constructor(name: 'States.DataLimitExceeded' | 'States.Runtime', message: string) {
    super(message);
    this.name = name;
  }
}

/** JSON as it goes between states; undefined where there is nothing. */
export const toJson = (value: unknown): string => JSON.stringify(value ?? null);

/** Throws UncatchableError where `json` is too long to go into or out of a state or task. */
export function checkDataLimit(json: string, what: string): void {
  // Most data is short: a string of a third of the limit cannot be too long in UTF-8.
  if (json.length * 3 <= MAX_DATA_BYTES) return;
  if (Buffer.byteLength(json) <= MAX_DATA_BYTES) return;
  throw new UncatchableError(
    'States.DataLimitExceeded',
    `${what} with a size exceeding the maximum number of bytes service limit.`,
  );
}
