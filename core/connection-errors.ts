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

/** A response that is not AWS's. The SDK decides by its status whether to repeat the call. */
export class ForeignResponse extends Error {
  override readonly name = 'ForeignResponse';
  readonly $metadata: { httpStatusCode: number };
  constructor(httpStatusCode: number, type?: string) {
    super(notFromAws(httpStatusCode, type));
    this.$metadata = { httpStatusCode };
  }
}

const notFromAws = (status?: number, type = 'no content type'): string =>
  `The response is not AWS's (HTTP status ${status}, ${type}): is the address right, or is a proxy in between?`;

/** What the SDK makes of a response. */
interface ResponseError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** The SDK's parsers tell of the first character of a page, and of fields that nobody sees. */
function foreignResponse(error: ResponseError): string | undefined {
  if (error instanceof ForeignResponse) return error.message;
  const { name, message = '', $metadata, $response } = error;
  const isUnreadable = name === 'SyntaxError' || message.startsWith('@aws-sdk XML parse error');
  if (!isUnreadable || $response === undefined) return undefined;
  return notFromAws($metadata?.httpStatusCode, $response.headers?.['content-type']);
}

const statusOf = (error: unknown): number | undefined =>
  (error as ResponseError).$metadata?.httpStatusCode;

/** The name that AWS has for an error; where it gave none, the code of the system or the status of HTTP. */
export function errorCodeOf(error: Error): string {
  if (error instanceof ForeignResponse) return error.message;
  const { name, code } = error as Error & { code?: unknown };
  if (name === 'Error' && typeof code === 'string') return code;
  const status = statusOf(error);
  const isNamed = !/^(Unknown(Error)?|SyntaxError)$/.test(name);
  return isNamed || status === undefined ? name : `HTTP status ${status}`;
}
