import { InvalidInput } from './errors.ts';

/** Wraps calls: before the first response, an address where nobody listens is a mistake, no fault. */
export function createContact(): <T>(call: () => Promise<T>) => Promise<T> {
  let hasResponded = false;
  return async (call) => {
    try {
      const response = await call();
      hasResponded = true;
      return response;
    } catch (error) {
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode !== undefined) hasResponded = true;
      const message = unreachable(error);
      if (hasResponded || message === undefined) throw error;
      throw new InvalidInput(message, { cause: error });
    }
  };
}

interface SystemError {
  readonly code?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  readonly hostname?: unknown;
  /** Of an AggregateError: a host name with several addresses. */
  readonly errors?: readonly SystemError[];
}

/** Says in words that an address cannot be reached; undefined for any other error. */
export function unreachable(error: unknown): string | undefined {
  const { code, address, port, hostname } =
    (error as SystemError).errors?.[0] ?? (error as SystemError);
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing listens on ${address}:${port} (${code}): is the address right?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `No such host: ${hostname} (${code}): are the address and the network right?`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `No network route to ${address ?? 'the address'} (${code})`;
    default:
      return undefined;
  }
}
