/** Spotify's first limit: so many requests in any `windowSeconds`. */
export type RateLimit = { requests: number; windowSeconds: number };

/**
 * Returns 0 when a request at `now` (milliseconds) fits into the window, else the whole seconds
 * after which one will. A rejected request is not counted: a client that waits gets through.
 */
export function createRollingWindow({ requests, windowSeconds }: RateLimit) {
  let taken: number[] = [];
  return (now: number): number => {
    taken = taken.filter((time) => now - time < windowSeconds * 1000);
    if (taken.length < requests) {
      taken.push(now);
      return 0;
    }
    const oldest = taken[0] ?? now;
    return Math.ceil((oldest + windowSeconds * 1000 - now) / 1000);
  };
}
