import type { IncomingMessage, ServerResponse } from 'node:http';

export type FaultService = 's3' | 'ssm' | 'glue' | 'kinesis' | 'firehose';

/** What a plan of faults makes of a call. */
export type Strike =
  | { kind: 'error'; status: number; name: string; message: string }
  | { kind: 'no-response' }
  | { kind: 'kill'; effect: 'none' | 'done' };

/** Asked once for each call that a function makes. */
export interface GatewayFaults {
  strike(call: { service: FaultService; action: string; functionName: string }): Strike | undefined;
}

/** A plan, and what it takes to carry it out. */
export interface FaultWorld {
  faults: GatewayFaults;
  /** The function that an environment runs; undefined for an id that is none. */
  functionOf(environmentId: string): string | undefined;
  kill(environmentId: string): void;
}

const SERVICES: Record<string, FaultService> = {
  s3: 's3',
  ssm: 'ssm',
  glue: 'glue',
  kinesis: 'kinesis',
  firehose: 'firehose',
};

/**
 * Lets a fault strike a request: true where it has ended the request. Where the environment is to end
 * with the effect of its call, the response is what does not come. `action` is as policies name it.
 */
export function strikeRequest(
  { faults, functionOf, kill }: FaultWorld,
  action: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const environmentId = request.headers['x-amz-security-token'];
  if (typeof environmentId !== 'string') return false;
  const functionName = functionOf(environmentId);
  const [prefix = '', name = ''] = action.split(':');
  const service = SERVICES[prefix];
  if (!functionName || !service) return false;
  const strike = faults.strike({ service, action: name, functionName });
  if (!strike) return false;
  if (strike.kind === 'error') {
    request.resume();
    sendError(response, service, request.method, strike);
    return true;
  }
  if (strike.kind === 'kill' && strike.effect === 'done') {
    response.end = () => {
      kill(environmentId);
      return response.destroy() as typeof response;
    };
    return false;
  }
  if (strike.kind === 'kill') kill(environmentId);
  request.socket.destroy();
  return true;
}

function sendError(
  response: ServerResponse,
  service: FaultService,
  method: string | undefined,
  { status, name, message }: { status: number; name: string; message: string },
): void {
  if (service === 's3') {
    response.writeHead(status, { 'content-type': 'application/xml' });
    const xml = `<Error><Code>${name}</Code><Message>${message}</Message></Error>`;
    response.end(method === 'HEAD' ? '' : xml);
    return;
  }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify({ __type: name, message }));
}
