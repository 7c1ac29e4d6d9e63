import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { AccessDenied, ALLOW_ALL, type Iam } from '../iam/iam.ts';
import { actionOfTarget, callerOf, callOfS3, callsOfTarget } from './calls.ts';
import { type FaultWorld, strikeRequest } from './gateway-faults.ts';
import { Intake } from './intake.ts';
import { callAction, describeError, type JsonService } from './json-protocol.ts';
import { rejectUnserved, unservedService } from './unserved-service.ts';

/** A response as it goes over the wire. */
export interface RawResponse {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A service that reads and writes its protocol itself. */
export type RawService = (headers: IncomingHttpHeaders, body: Buffer) => Promise<RawResponse>;

/** The fauxqs application, as far as it is used here. */
interface S3 {
  routing(request: IncomingMessage, response: ServerResponse): void;
}

const NO_S3: S3 = {
  routing: (_request, response) => void response.writeHead(501).end(),
};

export interface Gateway {
  /** For AWS_ENDPOINT_URL. */
  url: string;
  /** From now on only roles write to streams and Firehoses; resolves when what others began is stored. */
  closeIntake(): Promise<void>;
  close(): Promise<void>;
}

/** One address on 127.0.0.1 for all of AWS: `X-Amz-Target` names the service, the rest is S3. */
export async function startGateway(
  services: Record<string, JsonService | RawService>,
  s3: S3 = NO_S3,
  access: Access = { iam: ALLOW_ALL, roles: new Set(), hasObject: () => true },
  faults?: FaultWorld,
): Promise<Gateway> {
  const intake = new Intake();
  const server = createServer((request, response) => {
    // As AWS does: a client tells its responses from those of others by it.
    response.setHeader('x-amzn-requestid', randomUUID());
    const target = request.headers['x-amz-target'];
    const isS3 = typeof target !== 'string';
    const unserved = isS3 ? unservedService(request) : undefined;
    if (unserved) return rejectUnserved(unserved, request, response);
    try {
      const action = isS3 ? authorizeS3(request, access) : actionOfTarget(target);
      if (faults && strikeRequest(faults, action, request, response)) return;
    } catch (error) {
      return rejectS3(response, error as Error);
    }
    if (isS3) s3.routing(request, response);
    else void respond(services, target, { access, intake }, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    closeIntake: () => intake.close(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Who may do what: a caller that signs with the name of a role has what the role allows. */
export interface Access {
  iam: Iam;
  roles: ReadonlySet<string>;
  hasObject(bucket: string, key: string): boolean;
}

const roleOf = (request: IncomingMessage, { roles }: Access): string | undefined => {
  const caller = callerOf(request);
  return caller !== undefined && roles.has(caller) ? caller : undefined;
};

/** The action of a request. Throws AccessDenied, or URIError and the like for a path that is none. */
function authorizeS3(request: IncomingMessage, access: Access): string {
  const call = callOfS3(request.method ?? '', request.url ?? '');
  const role = roleOf(request, access);
  if (!role) return call.action;
  access.iam.authorize(role, call);
  // A caller that may not list does not learn that an object is missing.
  if (call.action === 's3:GetObject' && !access.hasObject(call.bucket, call.key)) {
    const resource = `arn:aws:s3:::${call.bucket}`;
    access.iam.authorize(role, { action: 's3:ListBucket', resource });
  }
  return call.action;
}

function rejectS3(response: ServerResponse, error: Error): void {
  if (!(error instanceof AccessDenied)) return void response.writeHead(400).end();
  const message = error.message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`);
}

async function respond(
  services: Record<string, JsonService | RawService>,
  target: string,
  { access, intake }: { access: Access; intake: Intake },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(body ?? {}));
  };
  try {
    const [name = ''] = target.split('.');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const role = roleOf(request, access);
    if (role) {
      const calls = callsOfTarget(target, JSON.parse(body.toString() || '{}'));
      for (const call of calls) access.iam.authorize(role, call);
    }
    const service = services[name];
    await intake.serve({ target, role }, response, async () => {
      if (typeof service !== 'function') {
        return send(200, await callAction(service, target, body.toString()));
      }
      const raw = await service(request.headers, body);
      response.writeHead(raw.status, raw.headers);
      response.end(raw.body);
    });
  } catch (error) {
    const { status, ...rest } = describeError(error);
    send(status, rest);
  }
}
