import { InvalidInput } from './errors.ts';

/** Wraps calls: before AWS's first response, an address where it does not listen is a mistake, no fault. */
export function createContact(): <T>(call: () => Promise<T>) => Promise<T> {
  let hasResponded = false;
  return async (call) => {
    try {
      const response = await call();
      hasResponded = true;
      return response;
    } catch (error) {
      const message = unreachable(error);
      if (message === undefined && statusOf(error) !== undefined) hasResponded = true;
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
      return foreignResponse(error as ResponseError);
  }
}

/** What the SDK makes of a response. */
interface ResponseError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** The SDK's parser tells of the first character of a proxy's page, and of fields that nobody sees. */
function foreignResponse({ name, $metadata, $response }: ResponseError): string | undefined {
  if (name !== 'SyntaxError' || $response === undefined) return undefined;
  const type = $response.headers?.['content-type'] ?? 'no content type';
  return `The response is not AWS's (HTTP status ${$metadata?.httpStatusCode}, ${type}): is the address right, or is a proxy in between?`;
}

const statusOf = (error: unknown): number | undefined =>
  (error as ResponseError).$metadata?.httpStatusCode;

/** The name that AWS has for an error; where it gave none, the code of the system or the status of HTTP. */
export function errorCodeOf(error: Error): string {
  const { name, code } = error as Error & { code?: unknown };
  if (name === 'Error' && typeof code === 'string') return code;
  const status = statusOf(error);
  const isNamed = !/^(Unknown(Error)?|SyntaxError)$/.test(name);
  return isNamed || status === undefined ? name : `HTTP status ${status}`;
}
