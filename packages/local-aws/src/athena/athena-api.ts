import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import { pageOf } from '../gateway/paging.ts';
import type { AthenaSettings } from '../service/read-athena.ts';
import { athenaText, athenaTypeOf } from './athena-text.ts';
import type { QueryExecution, QueryExecutions } from './query-executions.ts';
import { countStatements, type QueryResult } from './sql.ts';

type Input = Record<string, unknown>;

/** The actions of Athena (`AmazonAthena`): queries, which may only select, and kept queries. */
export function createAthenaApi(
  executions: QueryExecutions,
  { namedQueries, workGroups }: AthenaSettings,
): JsonService {
  function find({ QueryExecutionId: id }: Input): QueryExecution {
    const found = executions.get(id);
    if (found) return found;
    throw invalid(`QueryExecution ${id} was not found`);
  }
  const findNamed = (id: unknown) => namedQueries.find(({ NamedQueryId }) => NamedQueryId === id);

  return {
    async StartQueryExecution({ QueryString, WorkGroup = 'primary', QueryExecutionContext }) {
      await checkStatement(String(QueryString ?? ''));
      const { Database = 'default' } = (QueryExecutionContext ?? {}) as { Database?: string };
      const workGroup = String(WorkGroup);
      if (workGroup !== 'primary' && !workGroups.some(({ Name }) => Name === workGroup)) {
        throw invalid(`WorkGroup ${workGroup} is not found.`);
      }
      const { id } = executions.start(String(QueryString), workGroup, Database);
      return { QueryExecutionId: id };
    },

    GetQueryExecution: (input) => ({ QueryExecution: describe(find(input)) }),
    BatchGetQueryExecution: ({ QueryExecutionIds }) => ({
      QueryExecutions: (QueryExecutionIds as string[]).flatMap((id) => {
        const found = executions.get(id);
        return found ? [describe(found)] : [];
      }),
      UnprocessedQueryExecutionIds: [],
    }),
    ListQueryExecutions({ WorkGroup, MaxResults, NextToken }) {
      const ids = executions
        .all()
        .filter(({ workGroup }) => WorkGroup === undefined || workGroup === WorkGroup)
        .map(({ id }) => id);
      const page = pageOf(ids, { ...LIST, wanted: MaxResults, token: NextToken });
      return { QueryExecutionIds: page.items, NextToken: page.next };
    },

    async StopQueryExecution(input) {
      const execution = find(input);
      execution.stop();
      await execution.ended;
      return {};
    },

    GetQueryResults(input) {
      const { state, result } = find(input);
      if (state === 'RUNNING') {
        throw invalid('Query has not yet finished. Current state: RUNNING');
      }
      if (!result) throw invalid(`Query did not finish successfully. Final query state: ${state}`);
      const page = pageOf(rowsOf(result), {
        fallback: 1_000,
        most: 1_000,
        wanted: input.MaxResults,
        token: input.NextToken,
        ...INVALID,
      });
      return {
        UpdateCount: 0,
        ResultSet: {
          Rows: page.items.map((values) => ({
            Data: values.map((text) => (text === undefined ? {} : { VarCharValue: text })),
          })),
          ResultSetMetadata: { ColumnInfo: result.columns.map((_, i) => columnInfo(result, i)) },
        },
        NextToken: page.next,
      };
    },

    ListNamedQueries({ WorkGroup, MaxResults, NextToken }) {
      const ids = namedQueries
        .filter((each) => WorkGroup === undefined || each.WorkGroup === WorkGroup)
        .map(({ NamedQueryId }) => NamedQueryId);
      const page = pageOf(ids, { ...LIST, wanted: MaxResults, token: NextToken });
      return { NamedQueryIds: page.items, NextToken: page.next };
    },
    GetNamedQuery({ NamedQueryId }) {
      const NamedQuery = findNamed(NamedQueryId);
      if (!NamedQuery) throw invalid(`NamedQuery ${NamedQueryId} was not found`);
      return { NamedQuery };
    },
    BatchGetNamedQuery({ NamedQueryIds }) {
      const ids = NamedQueryIds as string[];
      return {
        NamedQueries: ids.flatMap((id) => findNamed(id) ?? []),
        UnprocessedNamedQueryIds: ids
          .filter((id) => !findNamed(id))
          .map((NamedQueryId) => ({ NamedQueryId, ErrorCode: 'INVALID_ARGUMENT' })),
      };
    },

    ListWorkGroups({ MaxResults, NextToken }) {
      const page = pageOf(workGroups, { ...LIST, wanted: MaxResults, token: NextToken });
      const shown = page.items.map(({ Name, Description }) => ({
        Name,
        Description,
        State: 'ENABLED',
      }));
      return { WorkGroups: shown, NextToken: page.next };
    },
  };
}

const INVALID = { numberError: 'InvalidRequestException', tokenError: 'InvalidRequestException' };
const LIST = { fallback: 50, most: 50, ...INVALID };

const invalid = (message: string) => new AwsError('InvalidRequestException', message);

/** Athena rejects invalid SQL when it is submitted, and allows one statement a query. */
async function checkStatement(sql: string): Promise<void> {
  const count = await countStatements(sql).catch((error: Error) => {
    throw invalid(error.message.replace(/^Failed to extract statements: /, ''));
  });
  if (count !== 1) throw invalid(`Only one sql statement is allowed. Got: ${sql.slice(0, 200)}`);
  const [word = ''] = withoutComments(sql).match(/\w+/) ?? [];
  if (!/^(SELECT|WITH|VALUES|SHOW|DESCRIBE|EXPLAIN|FROM)$/i.test(word)) {
    throw invalid(`Only a SELECT can be run, not ${word.toUpperCase()}`);
  }
}

const withoutComments = (sql: string) => sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');

function describe(execution: QueryExecution) {
  const { id, sql, workGroup, database, state, reason, submittedAt, completedAt } = execution;
  const took = (completedAt ?? Date.now()) - submittedAt;
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: 'DML',
    WorkGroup: workGroup,
    QueryExecutionContext: { Database: database },
    EngineVersion: { EffectiveEngineVersion: 'Athena engine version 3' },
    Status: {
      State: state,
      SubmissionDateTime: submittedAt / 1_000,
      ...(completedAt !== undefined && { CompletionDateTime: completedAt / 1_000 }),
      ...(reason !== undefined && { StateChangeReason: reason }),
    },
    Statistics: {
      DataScannedInBytes: execution.bytesScanned,
      EngineExecutionTimeInMillis: took,
      TotalExecutionTimeInMillis: took,
      QueryQueueTimeInMillis: 0,
    },
  };
}

/** The names of the columns are the first row, as Athena has it for SELECT. */
const rowsOf = ({ columns, types, rows }: QueryResult): (string | undefined)[][] => [
  columns,
  ...rows.map((row) => row.map((value, i) => athenaText(value, types[i] ?? ''))),
];

function columnInfo({ columns, types }: QueryResult, i: number) {
  const Name = columns[i] ?? '';
  const Type = athenaTypeOf(types[i] ?? '');
  return { CatalogName: 'hive', SchemaName: '', TableName: '', Name, Label: Name, Type };
}
