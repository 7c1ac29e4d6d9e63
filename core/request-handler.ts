import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ForeignResponse, unreachable } from './connection-errors.ts';
import { InvalidInput } from './errors.ts';

/** Milliseconds. A body that ends halfway is as silent as no response. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000, socketTimeout: 30_000 };

/** What listens has to respond once: an address that is wrong, or behind a proxy, often never does. */
const FIRST_RESPONSE_MS = 15_000;

/**
 * Sends calls to AWS that a person waits for. Until AWS has responded once, an address where it does not
 * listen is a mistake, which nobody repeats; later it is a fault.
 */
export const requestHandler = (firstResponseMs = FIRST_RESPONSE_MS) =>
  new AwsRequestHandler(firstResponseMs);

type Handle = NodeHttpHandler['handle'];
type Request = Parameters<Handle>[0];
type Response = Awaited<ReturnType<Handle>>['response'];

class AwsRequestHandler extends NodeHttpHandler {
  readonly #firstResponseMs: number;
  #hasResponded = false;

  constructor(firstResponseMs: number) {
    super({ ...TIMEOUTS, throwOnRequestTimeout: true });
    this.#firstResponseMs = firstResponseMs;
  }

  override async handle(...[request, options = {}]: Parameters<Handle>): ReturnType<Handle> {
    const limit = this.#hasResponded ? TIMEOUTS.requestTimeout : this.#firstResponseMs;
    const requestTimeout = options.requestTimeout ?? limit;
    try {
      const result = await super.handle(request, { ...options, requestTimeout });
      checkIsFromAws(result.response);
      this.#hasResponded = true;
      return result;
    } catch (error) {
      const mistake = this.#hasResponded ? undefined : mistakeOf(error as Error, request);
      // Without its cause, for which the SDK would repeat the call.
      throw mistake === undefined ? error : new InvalidInput(mistake);
    }
  }
}

/** What a load balancer may soon no longer say. */
const TRANSIENT = new Set([500, 502, 503, 504]);

/** Why AWS does not listen at the address; undefined for any other error. */
function mistakeOf(error: Error, { hostname, port }: Request): string | undefined {
  if (error instanceof ForeignResponse && TRANSIENT.has(error.$metadata.httpStatusCode)) {
    return undefined;
  }
  if (!isSilence(error)) return unreachable(error);
  const address = port === undefined ? hostname : `${hostname}:${port}`;
  return `No response from ${address}: is the address right, or is a proxy in between?`;
}

/** The SDK calls a closed connection a time-out, too. */
const isSilence = ({ name, code }: NodeJS.ErrnoException): boolean =>
  name === 'TimeoutError' && code !== 'ECONNRESET' && code !== 'EPIPE';

/**
 * The page of a proxy or of another server. The SDK reads HTML, and any XML, as an empty list where the service
 * speaks XML, and says "Unknown" of an error without a body. AWS gives each response an id.
 */
function checkIsFromAws({ statusCode, headers, body }: Response): void {
  if (Object.keys(headers).some((name) => /^x-amzn?-(request-?id|id-2)$/.test(name))) return;
  const type = headers['content-type'];
  const isForeign = type === undefined ? statusCode >= 300 : /^text\/|xml/.test(type);
  if (!isForeign) return;
  body?.destroy?.();
  throw new ForeignResponse(statusCode, type);
}
