import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInput } from '../errors.ts';
import { type Statement, statementsOf } from '../iam/iam.ts';
import { type AthenaSettings, readNamedQuery } from './read-athena.ts';
import { readDelivery, readMapping, readStream } from './read-stream-settings.ts';
import {
  notifiesEventBridge,
  type RuleSettings,
  readRule,
  readSchedule,
  type Trigger,
} from './read-triggers.ts';
import type { StreamingSettings } from './stream-settings.ts';
import { resolve, roleOf, type Template } from './template.ts';
import { unpack } from './unpack.ts';

/** A function of the packaged service, as Lambda would get it. */
export interface PackagedFunction {
  name: string;
  /** The folder with the files of its archive. */
  code: string;
  /** The bundled module, by its path in that folder, and the name of its export. */
  module: string;
  exportName: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMb: number;
  /** Logical id of its role. */
  role: string;
}

export interface PackagedStateMachine {
  name: string;
  definition: Record<string, unknown>;
  role: string;
  /** Whether it writes a log, which asks something of its role. */
  logs: boolean;
}

/** What is to run, read out of the package: nothing of it is written down a second time. */
export interface Service {
  functions: Map<string, PackagedFunction>;
  stateMachines: Map<string, PackagedStateMachine>;
  buckets: string[];
  /** Those that notify EventBridge of their objects. */
  notifyingBuckets: Set<string>;
  rules: RuleSettings[];
  schedules: Trigger[];
  crawlers: Crawler[];
  /** What each role allows, by logical id. */
  roles: Map<string, Statement[]>;
  /** Tables that the template declares, with their columns and partition keys. */
  declaredTables: DeclaredTable[];
  /** Views that the template declares, in its order. */
  declaredViews: DeclaredView[];
  /** Names of the databases in the catalogue. */
  databases: string[];
  /** Kept queries and workgroups. */
  athena: AthenaSettings;
  /** Streams, event source mappings and Firehoses. */
  streaming: StreamingSettings;
}

export interface Crawler {
  name: string;
  databaseName: string;
  targets: string[];
  role: string;
  recrawlPolicy?: RecrawlPolicy;
  schemaChangePolicy?: SchemaChangePolicy;
}

export interface RecrawlPolicy {
  RecrawlBehavior?: string;
}

export interface SchemaChangePolicy {
  UpdateBehavior?: string;
  DeleteBehavior?: string;
}

export interface DeclaredTable {
  name: string;
  location: string;
  format: 'parquet' | 'json';
  columns: { name: string; type: string }[];
  partitionKeys: string[];
}

export interface DeclaredView {
  name: string;
  sql: string;
  columns: { name: string; type: string }[];
}

/** Reads `.serverless`, as `sls package --stage local` leaves it. */
export function readService(root: string): Service {
  const folder = join(root, '.serverless');
  const readJson = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const template: Template = readJson('cloudformation-template-update-stack.json');
  const { service: packaged } = readJson('serverless-state.json');
  const { stage, stackName } = packaged.provider;
  template.stackName = stackName ?? `${packaged.service}-${stage}`;
  const service: Service = {
    functions: new Map(),
    stateMachines: new Map(),
    buckets: [],
    notifyingBuckets: new Set(),
    rules: [],
    schedules: [],
    crawlers: [],
    roles: new Map(),
    declaredTables: [],
    declaredViews: [],
    databases: [],
    athena: { namedQueries: [], workGroups: [] },
    streaming: { streams: [], mappings: [], deliveries: [] },
  };
  const { streams, mappings, deliveries } = service.streaming;
  for (const [logicalId, { Type: type, Properties }] of Object.entries(template.Resources)) {
    // biome-ignore lint/suspicious/noExplicitAny: a template's properties have no types
    const p = resolve(Properties ?? {}, template) as any;
    if (type === 'AWS::Lambda::Function') {
      service.functions.set(p.FunctionName, readFunction(folder, p));
    } else if (type === 'AWS::StepFunctions::StateMachine') {
      const definition = JSON.parse(p.DefinitionString);
      service.stateMachines.set(p.StateMachineName, {
        name: p.StateMachineName,
        definition,
        role: roleOf(p.RoleArn),
        logs: (p.LoggingConfiguration?.Level ?? 'OFF') !== 'OFF',
      });
    } else if (type === 'AWS::S3::Bucket' && p.BucketName) {
      service.buckets.push(p.BucketName);
      if (notifiesEventBridge(logicalId, p.NotificationConfiguration)) {
        service.notifyingBuckets.add(p.BucketName);
      }
    } else if (type === 'AWS::Events::Rule') {
      service.rules.push(...readRule(logicalId, p));
    } else if (type === 'AWS::Scheduler::Schedule') {
      service.schedules.push(readSchedule(logicalId, p));
    } else if (type === 'AWS::Glue::Crawler') {
      const targets = p.Targets.S3Targets.map(({ Path }: { Path: string }) => Path);
      const role = roleOf(p.Role);
      service.crawlers.push({
        name: p.Name,
        databaseName: p.DatabaseName,
        targets,
        role,
        recrawlPolicy: p.RecrawlPolicy,
        schemaChangePolicy: p.SchemaChangePolicy,
      });
    } else if (type === 'AWS::IAM::Role') {
      service.roles.set(logicalId, statementsOf(logicalId, p));
    } else if (type === 'AWS::Glue::Table' && p.TableInput.TableType === 'VIRTUAL_VIEW') {
      service.declaredViews.push(readView(p.TableInput));
    } else if (type === 'AWS::Glue::Table') {
      service.declaredTables.push(readTable(p.TableInput));
    } else if (type === 'AWS::Glue::Database') {
      service.databases.push(p.DatabaseInput.Name);
    } else if (type === 'AWS::Athena::NamedQuery') {
      service.athena.namedQueries.push(readNamedQuery(logicalId, p));
    } else if (type === 'AWS::Athena::WorkGroup') {
      service.athena.workGroups.push({ Name: p.Name, Description: p.Description });
    } else if (type === 'AWS::Kinesis::Stream') {
      streams.push(readStream(logicalId, p));
    } else if (type === 'AWS::Lambda::EventSourceMapping') {
      mappings.push(readMapping(logicalId, p));
    } else if (type === 'AWS::KinesisFirehose::DeliveryStream') {
      deliveries.push(readDelivery(logicalId, p));
    }
  }
  return service;
}

// biome-ignore lint/suspicious/noExplicitAny: see above
function readFunction(folder: string, p: any): PackagedFunction {
  const [path, exportName] = splitHandler(p.Handler);
  const code = unpack(join(folder, p.Code.S3Key.split('/').at(-1)));
  if (!existsSync(join(code, `${path}.js`))) {
    throw new InvalidInput(`${p.FunctionName}: no ${path}.js in its archive`);
  }
  return {
    name: p.FunctionName,
    code,
    module: `${path}.js`,
    exportName,
    environment: p.Environment?.Variables ?? {},
    timeoutSeconds: p.Timeout,
    memoryMb: p.MemorySize,
    role: roleOf(p.Role),
  };
}

function splitHandler(handler: string): [string, string] {
  const dot = handler.lastIndexOf('.');
  return [handler.slice(0, dot), handler.slice(dot + 1)];
}

interface GlueColumn {
  Name: string;
  Type: string;
}

function readTable(input: {
  Name: string;
  Parameters: { classification: 'parquet' | 'json' };
  StorageDescriptor: { Location: string; Columns: GlueColumn[] };
  PartitionKeys?: GlueColumn[];
}): DeclaredTable {
  return {
    name: input.Name,
    location: input.StorageDescriptor.Location,
    format: input.Parameters.classification,
    columns: columnsOf(input.StorageDescriptor.Columns),
    partitionKeys: (input.PartitionKeys ?? []).map(({ Name }) => Name),
  };
}

/** The text of a view is JSON in base64, within a comment. */
function readView({
  Name,
  ViewOriginalText,
  StorageDescriptor,
}: {
  Name: string;
  ViewOriginalText: string;
  StorageDescriptor?: { Columns?: GlueColumn[] };
}): DeclaredView {
  const [, base64] = /^\/\* Presto View: (\S+) \*\/$/.exec(ViewOriginalText) ?? [];
  if (base64 === undefined)
    throw new InvalidInput(`The view ${Name} has no text that Athena reads`);
  const { originalSql } = JSON.parse(Buffer.from(base64, 'base64').toString());
  const columns = columnsOf(StorageDescriptor?.Columns ?? []);
  return { name: Name, sql: String(originalSql), columns };
}

const columnsOf = (columns: GlueColumn[]) =>
  columns.map(({ Name, Type }) => ({ name: Name, type: Type }));
