import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ForeignResponse } from './contact.ts';
import { InvalidInput } from './errors.ts';

/** Milliseconds. A body that ends halfway is as silent as no response. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000, socketTimeout: 30_000 };

/** What listens has to respond once: an address that is wrong, or behind a proxy, often never does. */
const FIRST_RESPONSE_MS = 15_000;

/** Sends calls to AWS that a person waits for. */
export const requestHandler = (firstResponseMs = FIRST_RESPONSE_MS) =>
  new AwsRequestHandler(firstResponseMs);

type Handle = NodeHttpHandler['handle'];
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
      if (this.#hasResponded || !isSilence(error as Error)) throw error;
      const { hostname, port } = request;
      const address = port === undefined ? hostname : `${hostname}:${port}`;
      // Without its cause, for which the SDK would repeat the call.
      throw new InvalidInput(
        `No response from ${address}: is the address right, or is a proxy in between?`,
      );
    }
  }
}

/** The SDK calls a closed connection a time-out, too. */
const isSilence = ({ name, code }: NodeJS.ErrnoException): boolean =>
  name === 'TimeoutError' && code !== 'ECONNRESET' && code !== 'EPIPE';

/**
 * The page of a proxy or of another server. The SDK reads HTML as an empty list where the service speaks XML,
 * and says "Unknown" of an error without a body.
 */
function checkIsFromAws({ statusCode, headers, body }: Response): void {
  if (Object.keys(headers).some((name) => /^x-amzn?-(request-?id|id-2)$/.test(name))) return;
  const type = headers['content-type'];
  const isForeign = type === undefined ? statusCode >= 300 : /^text\/(?!xml)/.test(type);
  if (!isForeign) return;
  body?.destroy?.();
  throw new ForeignResponse(statusCode, type);
}
