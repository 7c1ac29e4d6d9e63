/**
 * What the `Cause` of a failed state says. That of a function is JSON with an `errorMessage` and a
 * trace, that of a state is text.
 */
export function messageOfCause(cause: string): string {
  try {
    return String(JSON.parse(cause).errorMessage ?? cause);
  } catch {
    return cause;
  }
}
