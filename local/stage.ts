import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createAthenaApi } from 'local-aws/athena/athena-api.ts';
import { createQueryExecutions } from 'local-aws/athena/query-executions.ts';
import { type QueryResult, runSql } from 'local-aws/athena/sql.ts';
import { createMonitoring } from 'local-aws/cloudwatch/monitoring.ts';
import {
  createTriggers,
  type FailedStart,
  type RuleOptions,
  type Triggers,
} from 'local-aws/events/triggers.ts';
import {
  type AwsFaultInjector,
  createAwsFaultInjector,
} from 'local-aws/faults/aws-fault-injector.ts';
import type { AwsFaultPlan } from 'local-aws/faults/aws-faults.ts';
import { startGateway } from 'local-aws/gateway/gateway.ts';
import { declareTables, openCatalog } from 'local-aws/glue/catalog.ts';
import { createCatalogApi } from 'local-aws/glue/catalog-api.ts';
import { createGlue } from 'local-aws/glue/glue.ts';
import { createIam, type Statement } from 'local-aws/iam/iam.ts';
import type { StreamRecord } from 'local-aws/kinesis/records.ts';
import { createLambda, type Lambda } from 'local-aws/lambda/lambda.ts';
import { createPutObject } from 'local-aws/s3/put-object.ts';
import { createS3 } from 'local-aws/s3/s3.ts';
import type { Service } from 'local-aws/service/service.ts';
import { createSqsApi } from 'local-aws/sqs/sqs-api.ts';
import { createSsm } from 'local-aws/ssm/ssm.ts';
import type { Execution, ExecutionOptions } from 'local-aws/step-functions/run-state-machine.ts';
import { createStateMachines } from 'local-aws/step-functions/state-machines.ts';
import { createStepFunctionsApi } from 'local-aws/step-functions/step-functions-api.ts';
import { type Streaming, type StreamingOptions, startStreaming } from 'local-aws/streaming.ts';
import {
  LOCAL_CLIENT_ID,
  LOCAL_CLIENT_SECRET,
  type SpotifyMock,
  type SpotifyOptions,
  startSpotify,
} from 'spotify-mock/server.ts';
import { InvalidInput } from '../core/errors.ts';
import type { Endpoints } from './claim-folder.ts';
import { countEvents } from './count-events.ts';
import { connectFunctions, environmentValue } from './function-environment.ts';
import { withEmptyTables } from './left-lake.ts';

export interface StageOptions {
  service: Service;
  /** Holds `lake/`, `logs/` and the catalogue. */
  folder: string;
  spotify: SpotifyOptions;
  /** Credentials in the parameter store, unless they are those of the mock. */
  clientId?: string;
  clientSecret?: string;
  /** Replaces variables of the functions that have them, for tests and benchmarks. */
  environment?: Record<string, string>;
  /** Of a proxy between this machine and Spotify, for the functions that ask it. */
  proxy?: Record<string, string>;
  /** Serves the streaming half as well: `true`, or how. */
  streaming?: boolean | StageStreamingOptions;
  /** What goes wrong in AWS: throttled and failed calls, environments that end, crawls. */
  aws?: AwsFaultPlan;
  /** Called for each write that fails, as on a full disk, and each process that cannot be started. */
  onUnwritable?: (error: NodeJS.ErrnoException) => void;
  /** For the executions that rules start. */
  rules?: RuleOptions;
  /** As long as a crawl lasts, for tests. */
  crawlMs?: number;
}

export interface StageStreamingOptions extends StreamingOptions {
  /** Stands between event source mappings and their functions, for tests. */
  invoke?: (lambda: Lambda, functionName: string, event: unknown) => Promise<unknown>;
}

export interface Stage {
  spotify: SpotifyMock;
  /** Streams, mappings and Firehoses; undefined where they were not asked for. */
  streaming: Streaming | undefined;
  lambda: Lambda;
  /** Another plan of AWS's faults, or none; and how often each kind has struck. */
  awsFaults: Pick<AwsFaultInjector, 'setPlan' | 'struck'>;
  endpoints: Endpoints;
  lakeFolder: string;
  /** Holds raw data and tables. */
  lakeBucket: string;
  /** Events that were enriched for a segment without a router, so far. */
  unroutedEvents(): number;
  /** The source stream; empty without streaming. */
  sessionsStream: string;
  /** What was published to the alarm topic. */
  notifications: string[];
  /** What each role allows, enforced on every call; a test may take a statement away. */
  roles: Map<string, Statement[]>;
  /** What the policies allow and nothing has needed so far: `<role>: <action or resource>`. */
  unusedPermissions(): string[];
  /** Executions that rules have started, as an object loaded for which one matches. */
  readonly startedByRules: Promise<Execution>[];
  /** What the queue for failed starts holds. */
  readonly failedStarts: FailedStart[];
  /** Starts the machine as the schedule does; rejects where its role may not start the machine. */
  runBatch(
    runId: string,
    options?: Omit<ExecutionOptions, 'callTask'> & { input?: unknown },
  ): Promise<Execution>;
  /** Throws InvalidInput, such as for a damaged file of the lake. */
  sql(query: string): Promise<QueryResult>;
  /** Names of the tables that can be asked. */
  tables(): string[];
  /** Begins anew: no objects in the buckets, no crawled tables. */
  emptyLake(): void;
  /** From now on only its functions write events, so that an end can be reached. */
  closeIntake(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on free ports of 127.0.0.1: parameters, lake, catalogue, Spotify, functions. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const { service, folder, onUnwritable = () => {} } = options;
  const lakeFolder = join(folder, 'lake');
  mkdirSync(lakeFolder, { recursive: true });
  const catalogFile = join(folder, 'catalog.json');
  const catalog = openCatalog(catalogFile);
  declareTables(catalog, service);
  const queried = withEmptyTables(catalog);

  const roles = new Map(service.roles);
  const iam = createIam(roles);
  let onPut: Triggers['onPut'] = () => {};
  const s3 = await createS3(lakeFolder, service.buckets, (object) => onPut(object), onUnwritable);
  const streamingOptions = options.streaming === true ? {} : options.streaming || undefined;
  const monitoring = createMonitoring();
  const { measure } = monitoring;
  let unrouted = 0;
  const onUnmatched = (_: string, record: StreamRecord) => {
    unrouted += countEvents(Buffer.from(record.data, 'base64'));
  };
  const streaming =
    streamingOptions &&
    (await startStreaming(service.streaming, { ...streamingOptions, measure, onUnmatched }));
  const awsFaults = createAwsFaultInjector(options.aws);
  const queries = createQueryExecutions(queried, lakeFolder);
  const services: Parameters<typeof startGateway>[0] = {
    ...monitoring.services,
    AmazonAthena: createAthenaApi(queries, service.athena),
    ...streaming?.services,
    AmazonSSM: createSsm(credentialsOf(service, options)),
    AWSGlue: {
      ...createGlue(service.crawlers, lakeFolder, catalog, iam, awsFaults.crawls, options.crawlMs),
      ...createCatalogApi(catalog, service.databases),
    },
  };
  const gateway = await startGateway(
    services,
    s3,
    {
      iam,
      roles: new Set(roles.keys()),
      hasObject: (bucket, key) => existsSync(join(lakeFolder, bucket, key)),
    },
    {
      faults: awsFaults.gateway,
      functionOf: (environmentId) => lambda.functionOf(environmentId),
      kill: (environmentId) => lambda.kill(environmentId),
    },
  );
  const spotify = await startSpotify(options.spotify);
  const endpoints = { aws: gateway.url, spotify: spotify.url, spotifyAccounts: spotify.url };
  const lambda = createLambda(
    connectFunctions(service.functions, endpoints, options.environment, options.proxy),
    folder,
    iam,
    { ...monitoring.lambdaObserver, onLogError: onUnwritable, onLaunchError: onUnwritable },
    awsFaults.lambda,
  );

  const closing = new AbortController();
  const { invoke } = streamingOptions ?? {};
  streaming?.start({
    invoke: (name, event) => (invoke ? invoke(lambda, name, event) : lambda.invoke(name, event)),
    putObject: createPutObject(gateway.url, closing.signal),
    iam,
    roleOf: (name) => service.functions.get(name)?.role ?? name,
  });

  const notifications: string[] = [];
  const machines = createStateMachines(lambda, iam, notifications, service.stateMachines.values());
  services.AWSStepFunctions = createStepFunctionsApi(machines);
  const triggers = createTriggers(service, machines, iam, options.rules);
  services.AmazonSQS = createSqsApi(triggers.failedStarts, () => gateway.url);
  onPut = triggers.onPut;

  return {
    spotify,
    streaming,
    lambda,
    awsFaults,
    endpoints,
    lakeFolder,
    lakeBucket: environmentValue(service, 'LAKE_BUCKET'),
    unroutedEvents: () => unrouted,
    sessionsStream: streaming
      ? environmentValue(service, 'ENRICHED_STREAM').replace(/-enriched$/, '')
      : '',
    notifications,
    roles,
    unusedPermissions: iam.unused,
    startedByRules: triggers.startedByRules,
    failedStarts: triggers.failedStarts,
    async runBatch(runId, { input = {}, ...pace } = {}) {
      const machine = service.stateMachines.get('tributary-local-ingest-new-releases');
      if (!machine) throw new InvalidInput('The packaged service has no ingest-new-releases');
      triggers.authorizeSchedule(machine, input);
      return machines.run(machine, runId, input, pace);
    },
    tables: () => Object.keys(catalog.read()),
    async sql(query) {
      try {
        return await runSql(query, queried.read(), lakeFolder, queried.views());
      } catch (cause) {
        // The first line names the file; the others quote the SQL.
        const [message] = (cause as Error).message.split('\n');
        throw new InvalidInput(`A query of the lake failed: ${message}`, { cause });
      }
    },
    emptyLake() {
      for (const bucket of service.buckets) {
        for (const name of readdirSync(join(lakeFolder, bucket))) {
          rmSync(join(lakeFolder, bucket, name), { recursive: true });
        }
      }
      rmSync(catalogFile, { force: true });
      declareTables(catalog, service);
    },
    closeIntake: gateway.closeIntake,
    async close() {
      closing.abort();
      const stopped = streaming?.stop();
      await triggers.close();
      await machines.close();
      await queries.close();
      await lambda.close();
      await stopped;
      await Promise.all([spotify.close(), gateway.close(), s3.close()]);
      await streaming?.close();
    },
  };
}

/** The credentials in the parameter store, under the name that FetchToken looks for. */
function credentialsOf(
  service: Service,
  { clientId = LOCAL_CLIENT_ID, clientSecret = LOCAL_CLIENT_SECRET }: StageOptions,
): Record<string, string> {
  const prefix = environmentValue(service, 'SPOTIFY_PARAMETERS');
  return {
    [`${prefix}/client-id`]: clientId,
    [`${prefix}/client-secret`]: clientSecret,
  };
}
