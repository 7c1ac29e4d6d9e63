// AWS' JSON protocol, apart from the server: whoever reads a left lake in its own process serves nothing, and an
// import of node:http takes 20 ms of CPU, for it loads all of undici.
import { AccessDenied } from '../iam/iam.ts';
import { AwsError } from './aws-error.ts';

/** A service of AWS' JSON protocol: what each of its actions makes of its input. */
export type JsonService = Record<
  string,
  (input: Record<string, unknown>) => unknown | Promise<unknown>
>;

/** Calls the action that a target such as `AmazonSSM.GetParameters` names, with the body of its request. */
export async function callAction(
  service: JsonService | undefined,
  target: string,
  body: string,
): Promise<unknown> {
  const [, action = ''] = target.split('.');
  const handle = service?.[action];
  if (!handle) throw new AwsError('UnknownOperationException', `${target} is not served locally`);
  return handle(JSON.parse(body || '{}'));
}

/** An error as AWS' JSON protocol has it. */
export function describeError(error: unknown): { status: number; __type: string; message: string } {
  const denied = error instanceof AccessDenied;
  const known = denied || error instanceof AwsError;
  const name = denied ? 'AccessDeniedException' : known ? error.name : 'InternalFailure';
  return { status: known ? 400 : 500, __type: name, message: (error as Error).message };
}
