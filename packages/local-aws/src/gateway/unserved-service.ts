import type { IncomingMessage, ServerResponse } from 'node:http';

/** Of a signature: access key, date and region, then the service that the call is for. */
const SCOPE = /Credential=[^/]+\/[^/]+\/[^/]+\/([\w-]+)\/aws4_request/;

/** The service that a request without `X-Amz-Target` is signed for, where that is not S3. */
export function unservedService({ headers }: IncomingMessage): string | undefined {
  const service = SCOPE.exec(headers.authorization ?? '')?.[1];
  return service?.startsWith('s3') ? undefined : service;
}

/** Services that read forms, such as STS, write XML; all others here are taken to write JSON. */
export function rejectUnserved(
  service: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  const name = 'UnknownOperationException';
  const isForm = String(request.headers['content-type']).includes('x-www-form-urlencoded');
  const message = isForm
    ? `The Query protocol of ${service} is not served locally`
    : `${service} is not served locally`;
  response.writeHead(501, {
    'content-type': isForm ? 'text/xml' : 'application/json',
    'x-amzn-errortype': name,
  });
  const xml = `<ErrorResponse><Error><Type>Receiver</Type><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  response.end(isForm ? xml : JSON.stringify({ __type: name, message }));
}
