import { InvalidInput } from '../../core/errors.ts';
import { LOCAL_STAGE } from '../../core/names.ts';
import { requestHandler } from '../../core/request-handler.ts';
import type { StageOptions } from '../../core/terminal/options.ts';
import { readLocalEndpoints } from './local-endpoint.ts';

/** As the AWS SDK names services in variables such as AWS_ENDPOINT_URL_S3. */
type Service =
  | 'ATHENA'
  | 'CLOUDFORMATION'
  | 'CLOUDWATCH'
  | 'CLOUDWATCH_LOGS'
  | 'GLUE'
  | 'KINESIS'
  | 'LAMBDA'
  | 'S3'
  | 'SFN'
  | 'SQS'
  | 'SSM';

export interface ClientConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string };
}

/**
 * Endpoint, region and credentials are the SDK's own business (AWS_ENDPOINT_URL, AWS_PROFILE, …). The
 * stage `local` works without any of them, and only on this machine: without an endpoint the SDK would
 * call AWS.
 */
export function clientConfig(service: Service, { stage, folder }: StageOptions): ClientConfig {
  const { env } = process;
  const { name, endpoint } = endpointInEnvironment(service);
  if (endpoint !== undefined) checkUrl(name, endpoint);
  if (stage !== LOCAL_STAGE) return endpoint ? { endpoint } : {};
  if (endpoint !== undefined && !isOnThisMachine(endpoint)) {
    throw new InvalidInput(
      `The stage local stays on this machine, and ${name} is ${endpoint}: unset it, or name another --stage`,
    );
  }
  const hasCredentials = env.AWS_ACCESS_KEY_ID || env.AWS_PROFILE;
  return {
    endpoint: endpoint ?? readLocalEndpoints(folder).aws,
    region: env.AWS_REGION || 'us-east-1',
    ...(!hasCredentials && { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  };
}

/** The endpoint that somebody has set, and the variable that holds it. */
export function endpointInEnvironment(service: Service): {
  name: string;
  endpoint: string | undefined;
} {
  const own = `AWS_ENDPOINT_URL_${service}`;
  const name = process.env[own] ? own : 'AWS_ENDPOINT_URL';
  return { name, endpoint: process.env[name] || undefined };
}

function checkUrl(name: string, url: string): void {
  const { protocol } = URL.parse(url) ?? {};
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new InvalidInput(`${name} is no http or https URL: ${url}`);
}

const isOnThisMachine = (url: string): boolean =>
  /^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost)$/.test(new URL(url).hostname);

/** Makes a client of a service other than Kinesis and S3; the SDK owns its retries. */
export function connect<C>(
  Client: new (config: object) => C,
  service: Service,
  options: StageOptions,
  maxAttempts = 3,
): C {
  const config = clientConfig(service, options);
  return new Client({ ...config, maxAttempts, requestHandler: requestHandler() });
}
