import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Catalog, CatalogTable, CatalogView } from '../glue/catalog.ts';
import { filesOf, type QueryResult, runSql } from './sql.ts';

export interface QueryExecution {
  id: string;
  sql: string;
  workGroup: string;
  database: string;
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  reason: string | undefined;
  /** In milliseconds. */
  submittedAt: number;
  completedAt: number | undefined;
  bytesScanned: number;
  result: QueryResult | undefined;
  stop(): void;
  /** Resolves when it has ended, whatever its state. */
  ended: Promise<void>;
}

export interface QueryExecutions {
  start(sql: string, workGroup: string, database: string): QueryExecution;
  get(id: unknown): QueryExecution | undefined;
  /** Newest first. */
  all(): QueryExecution[];
  close(): Promise<void>;
}

/** Athena keeps results in S3; here they stay in memory, those of the newest queries alone. */
const KEPT_EXECUTIONS = 100;

export function createQueryExecutions(
  catalog: Pick<Catalog, 'read' | 'views'>,
  lakeFolder: string,
): QueryExecutions {
  const executions = new Map<string, QueryExecution>();
  return {
    start(sql, workGroup, database) {
      const [tables, views] = [catalog.read(), catalog.views()];
      const stopping = new AbortController();
      const execution: QueryExecution = {
        id: randomUUID(),
        sql,
        workGroup,
        database,
        state: 'RUNNING',
        reason: undefined,
        submittedAt: Date.now(),
        completedAt: undefined,
        bytesScanned: 0,
        result: undefined,
        stop: () => stopping.abort(),
        ended: Promise.resolve(),
      };
      execution.ended = runSql(sql, tables, lakeFolder, views, stopping.signal, database)
        .then(
          (result) => {
            const named = namesIn(sql, views);
            const bytesScanned = bytesOf(named, tables, lakeFolder);
            Object.assign(execution, { state: 'SUCCEEDED', result, bytesScanned });
          },
          (error: Error) => {
            const isStopped = stopping.signal.aborted;
            const reason = isStopped ? 'Query cancelled by user' : error.message;
            Object.assign(execution, { state: isStopped ? 'CANCELLED' : 'FAILED', reason });
          },
        )
        .then(() => {
          execution.completedAt = Date.now();
        });
      executions.set(execution.id, execution);
      const [oldest] = executions.keys();
      if (executions.size > KEPT_EXECUTIONS && oldest) executions.delete(oldest);
      return execution;
    },
    get: (id) => executions.get(String(id)),
    all: () => [...executions.values()].reverse(),
    async close() {
      const running = [...executions.values()].filter(({ state }) => state === 'RUNNING');
      for (const each of running) each.stop();
      await Promise.all(running.map(({ ended }) => ended));
    },
  };
}

/** The words of the query, and those of the views that they name. */
function namesIn(sql: string, views: Record<string, CatalogView>): Set<string> {
  const words = new Set(sql.toLowerCase().match(/\w+/g));
  // What is added is visited as well.
  for (const word of words) {
    const { view = '' } = Object.hasOwn(views, word) ? (views[word] as CatalogView) : {};
    for (const added of view.toLowerCase().match(/\w+/g) ?? []) words.add(added);
  }
  return words;
}

/** The files of all tables that the query names: Athena reads of them only the columns it needs. */
function bytesOf(
  named: Set<string>,
  tables: Record<string, CatalogTable>,
  lakeFolder: string,
): number {
  return Object.entries(tables)
    .filter(([name]) => named.has(name))
    .flatMap(([, table]) => filesOf(table, lakeFolder))
    .reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}
