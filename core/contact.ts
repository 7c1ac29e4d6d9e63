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
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `No TLS is spoken at the address (${code}): is it http:// instead of https://?`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'CERT_HAS_EXPIRED':
      return `The certificate of the address is not trusted (${code})`;
    default:
      return undefined;
  }
}

/** The name that AWS has for an error; where it gave none, the code of the system or the status of HTTP. */
export function errorCodeOf(error: Error): string {
  const { name, code, $metadata } = error as Error & {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  if (name === 'Error' && typeof code === 'string') return code;
  const status = $metadata?.httpStatusCode;
  return /^Unknown(Error)?$/.test(name) && status !== undefined ? `HTTP status ${status}` : name;
}
