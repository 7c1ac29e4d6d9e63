import { callAction, describeError, type JsonService } from './json-protocol.ts';

/** A request as clients of the AWS SDK hand it over, as far as it is used here. */
interface SdkRequest {
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

/** A `requestHandler` for a client in the same process, which needs no port: a service of the JSON protocol. */
export function createRequestHandler(service: JsonService) {
  const responseOf = (statusCode: number, body: unknown) => ({
    response: {
      statusCode,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify(body ?? {})),
    },
  });
  return {
    async handle({ headers, body }: SdkRequest) {
      const target = headers['x-amz-target'] ?? '';
      try {
        return responseOf(200, await callAction(service, target, textOf(body)));
      } catch (error) {
        const { status, ...rest } = describeError(error);
        return responseOf(status, rest);
      }
    },
  };
}

/** The SDK lends its byte bodies the methods of a string, and warns where one is used, as Buffer does. */
const textOf = (body: string | Uint8Array | undefined): string =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : (body ?? '');
