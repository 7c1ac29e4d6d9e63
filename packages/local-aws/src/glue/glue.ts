import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import { ALLOW_ALL, type Iam } from '../iam/iam.ts';
import { keysUnder } from '../s3/keys-under.ts';
import type { Crawler, RecrawlPolicy, SchemaChangePolicy } from '../service/service.ts';
import { arn } from '../service/template.ts';
import type { Catalog, CatalogTable } from './catalog.ts';
import { countsOf, withColumns } from './parquet-files.ts';

interface Crawl {
  state: 'READY' | 'RUNNING';
  RecrawlPolicy: RecrawlPolicy;
  SchemaChangePolicy: SchemaChangePolicy;
  last?: { Status: string; ErrorMessage?: string; StartTime: number };
}

/** What a plan of faults does to crawls. */
export interface CrawlFaults {
  /** Asked once a crawl. */
  fails(): boolean;
  /** Whether crawls that are due to end go on running. */
  isStuck(): boolean;
}

const NO_FAULTS: CrawlFaults = { fails: () => false, isStuck: () => false };

/** What Glue sets where a crawler says nothing. */
const POLICIES = {
  RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVERYTHING' },
  SchemaChangePolicy: {
    UpdateBehavior: 'UPDATE_IN_DATABASE',
    DeleteBehavior: 'DEPRECATE_IN_DATABASE',
  },
};

/** As long as a crawl here lasts unless it is said: enough for a state machine to meet it running. */
const CRAWL_MS = 300;

/**
 * Crawlers of the Glue protocol: a table for each target folder that holds Parquet, its columns from
 * the files, its partitions from the folders' `key=value` names. A table keeps the columns that it has,
 * and takes up others where everything is crawled and `UPDATE_IN_DATABASE` is set. Nothing is taken away.
 */
export function createGlue(
  crawlers: Crawler[],
  lakeFolder: string,
  catalog: Catalog,
  iam: Iam = ALLOW_ALL,
  faults: CrawlFaults = NO_FAULTS,
  crawlMs = CRAWL_MS,
): JsonService {
  const crawls = new Map<string, Crawl>(
    crawlers.map(({ name, recrawlPolicy, schemaChangePolicy }) => [
      name,
      {
        state: 'READY',
        RecrawlPolicy: recrawlPolicy ?? POLICIES.RecrawlPolicy,
        SchemaChangePolicy: schemaChangePolicy ?? POLICIES.SchemaChangePolicy,
      },
    ]),
  );
  const find = (name: unknown) => {
    const crawl = crawls.get(String(name));
    if (!crawl) throw new AwsError('EntityNotFoundException', `Crawler ${name} not found`);
    return crawl;
  };
  const findReady = (name: unknown) => {
    const crawl = find(name);
    if (crawl.state === 'READY') return crawl;
    throw new AwsError('CrawlerRunningException', `Crawler ${name} is running`);
  };
  return {
    UpdateCrawler({ Name, RecrawlPolicy, SchemaChangePolicy }) {
      const crawl = findReady(Name);
      if (RecrawlPolicy) crawl.RecrawlPolicy = RecrawlPolicy as RecrawlPolicy;
      if (SchemaChangePolicy) crawl.SchemaChangePolicy = SchemaChangePolicy as SchemaChangePolicy;
    },
    StartCrawler({ Name }) {
      const crawl = findReady(Name);
      const crawler = crawlers.find(({ name }) => name === Name) as Crawler;
      const StartTime = Date.now() / 1_000;
      crawl.state = 'RUNNING';
      const fails = faults.fails();
      const takesColumns =
        crawl.RecrawlPolicy.RecrawlBehavior === 'CRAWL_EVERYTHING' &&
        crawl.SchemaChangePolicy.UpdateBehavior === 'UPDATE_IN_DATABASE';
      const end = () => {
        if (faults.isStuck()) return void setTimeout(end, crawlMs).unref();
        try {
          if (fails) throw new Error('Internal Service Exception');
          authorizeCrawl(crawler, iam);
          for (const target of crawler.targets) {
            crawlFolder(target, lakeFolder, catalog, takesColumns, ({ bucket, key }) =>
              iam.authorize(crawler.role, {
                action: 's3:GetObject',
                resource: `arn:aws:s3:::${bucket}/${key}`,
              }),
            );
          }
          crawl.last = { Status: 'SUCCEEDED', StartTime };
        } catch (error) {
          crawl.last = { Status: 'FAILED', StartTime, ErrorMessage: (error as Error).message };
        }
        crawl.state = 'READY';
      };
      setTimeout(end, crawlMs).unref();
    },
    GetCrawler({ Name }) {
      const { state, last, ...policies } = find(Name);
      return { Crawler: { Name, State: state, ...policies, ...(last && { LastCrawl: last }) } };
    },
  };
}

/**
 * AWS names no list: its managed policy for crawlers allows glue:*. These are the calls that find,
 * make and complete tables and partitions; a crawl deletes nothing here.
 */
const ON_TABLES = [
  'GetTable',
  'GetTables',
  'CreateTable',
  'UpdateTable',
  'GetPartition',
  'GetPartitions',
  'BatchGetPartition',
  'CreatePartition',
  'BatchCreatePartition',
  'UpdatePartition',
];

/** What a crawl does besides reading objects. */
function authorizeCrawl({ name, databaseName, targets, role }: Crawler, iam: Iam): void {
  const may = (action: string, resource: string) => iam.authorize(role, { action, resource });
  for (const action of ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents']) {
    may(`logs:${action}`, arn('logs', `log-group:/aws-glue/crawlers:log-stream:${name}`));
  }
  const context = { 'cloudwatch:namespace': 'Glue' };
  iam.authorize(role, { action: 'cloudwatch:PutMetricData', resource: '*', context });
  for (const target of targets) {
    const table = target.split('/').at(-2);
    for (const action of ['GetBucketLocation', 'GetBucketAcl', 'ListBucket']) {
      may(`s3:${action}`, `arn:aws:s3:::${new URL(target).host}`);
    }
    // A call on a table is one on its database and on the catalogue, too.
    const database = [arn('glue', 'catalog'), arn('glue', `database/${databaseName}`)];
    for (const each of database) may('glue:GetDatabase', each);
    for (const each of [...database, arn('glue', `table/${databaseName}/${table}`)]) {
      for (const action of ON_TABLES) may(`glue:${action}`, each);
    }
  }
}

function crawlFolder(
  target: string,
  lakeFolder: string,
  catalog: Catalog,
  takesColumns: boolean,
  authorizeRead: (object: { bucket: string; key: string }) => void,
): void {
  const { pathname, host: bucket } = new URL(target);
  const prefix = pathname.slice(1);
  const bucketPath = join(lakeFolder, bucket);
  if (!existsSync(bucketPath)) throw new Error(`There is no bucket ${bucket}`);
  const files = keysUnder(bucketPath, prefix).filter((key) => key.endsWith('.parquet'));
  const [first] = files;
  if (!first) return;
  authorizeRead({ bucket, key: first });

  const name = prefix.split('/').filter(Boolean).at(-1) as string;
  const existing = catalog.read()[name];
  const paths = files.map((key) => join(bucketPath, key));
  const folders = files.map((key) => key.slice(prefix.length, key.lastIndexOf('/') + 1));
  const now = Date.now();
  const partitions = [...new Set([...(existing?.partitions ?? []), ...folders])].sort();
  const table: CatalogTable = {
    location: target,
    columns:
      existing && !takesColumns ? existing.columns : withColumns(existing?.columns ?? [], paths),
    partitionKeys: partitionKeysOf(folders[0] ?? ''),
    partitions,
    parameters: { CrawlerSchemaSerializerVersion: '1.0', ...countsOf(paths) },
    createdAt: existing?.createdAt ?? now,
    updatedAt: now,
  };
  catalog.write(name, table);
}

const partitionKeysOf = (folder: string): string[] =>
  folder
    .split('/')
    .flatMap((part) => (part.includes('=') ? [part.slice(0, part.indexOf('='))] : []));
