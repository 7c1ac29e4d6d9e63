import { gzipSync } from 'node:zlib';
import type { Manifest } from '../../core/lake/manifest.ts';
import type { REASONS } from '../../core/sessions/reasons.ts';
import { rejectedLines } from '../../core/sessions/rejected-lines.ts';
import { counts as countsOf } from '../fixtures/counts.ts';
import { readDefinition } from '../statemachines/definition.ts';
import { AwsFault, type FakeAws, startFakeAws } from './fake-aws.ts';
import { albumIdOf, historyOf, type SeededRun, type WireEvent } from './seed-history.ts';

export const ACCOUNT = '123456789012';
const STAGE = 'dev';
const LAKE = `tributary-${STAGE}-lake-${ACCOUNT}`;
const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:tributary-${STAGE}-ingest-new-releases`;

/** As an album, an error or an event might be called by a person who means no good. */
export const HOSTILE = `</script><img src=x onerror="globalThis.hacked=1"><b>hi</b>\u202E{{7*7}}`;

export interface SeedOptions {
  runs?: Partial<SeededRun>[];
  /** Seconds since 1970; what is seeded ends here. */
  now?: number;
  /** Stands where a name or a text from outside would. */
  text?: string;
}

/** An account's endpoint with runs, their papers, rejected events, metrics and a query to ask. */
export async function startSeededAccount({
  runs,
  now = Date.now() / 1_000,
  text = HOSTILE,
}: SeedOptions = {}): Promise<FakeAws> {
  const seeded = (runs ?? [{}]).map((run, i, all): SeededRun => {
    const startedAt = now - (all.length - 1 - i) * 86_400 - 60;
    const missing = { 3: 'ResourceNotFound', 17: 'ServiceUnavailable', 18: 'ServiceUnavailable' };
    return { name: `daily-${i + 1}`, startedAt, albums: 60, skipped: 20, missing, ...run };
  });
  const histories = new Map(seeded.map((run) => [run.name, historyOf(run)]));
  const aws = await startFakeAws({
    ...stepFunctions(seeded, histories),
    ...observability(seeded, now, text),
    ...athenaAndGlue(seeded, text),
    ...kinesis(now, text),
  });
  for (const run of seeded) {
    if (!run.untilWait) seedPapers(aws, run, text);
  }
  seedRejected(aws, now, text);
  return aws;
}

function stepFunctions(seeded: SeededRun[], histories: Map<string, WireEvent[]>) {
  const started = new Map<string, number>();
  const find = (arn: string) => {
    const events = histories.get(String(arn).split(':').at(-1) ?? '');
    if (!events) throw new AwsFault('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return events;
  };
  const summary = ({ name }: { name: string }) => {
    const events = histories.get(name) ?? [];
    const last = events.at(-1);
    const isOver = last?.type.startsWith('Execution') && events.length > 1;
    return {
      executionArn: `${MACHINE.replace(':stateMachine:', ':execution:')}:${name}`,
      stateMachineArn: MACHINE,
      name,
      status: isOver ? (last?.type === 'ExecutionSucceeded' ? 'SUCCEEDED' : 'ABORTED') : 'RUNNING',
      startDate: events[0]?.timestamp,
      ...(isOver && { stopDate: last?.timestamp }),
    };
  };
  return {
    ListStateMachines: () => ({
      stateMachines: [
        {
          stateMachineArn: MACHINE,
          name: MACHINE.split(':').at(-1),
          type: 'STANDARD',
          creationDate: 1,
        },
      ],
    }),
    DescribeStateMachine: () => ({
      stateMachineArn: MACHINE,
      name: MACHINE.split(':').at(-1),
      definition: JSON.stringify(readDefinition()),
      roleArn: 'arn:aws:iam::1:role/x',
      type: 'STANDARD',
      creationDate: 1,
    }),
    ListExecutions: () => ({
      executions: [...seeded.map(({ name }) => name), ...started.keys()]
        .reverse()
        .map((name) => summary({ name })),
    }),
    DescribeExecution: ({ executionArn }: { executionArn: string }) => ({
      ...summary({ name: executionArn.split(':').at(-1) ?? '' }),
      input: '{}',
    }),
    GetExecutionHistory: ({
      executionArn,
      maxResults = 1000,
      reverseOrder,
      nextToken,
    }: {
      executionArn: string;
      maxResults?: number;
      reverseOrder?: boolean;
      nextToken?: string;
    }) => {
      const events = find(executionArn);
      const ordered = reverseOrder ? [...events].reverse() : events;
      const from = Number(nextToken ?? 0);
      const to = from + Number(maxResults);
      return {
        events: ordered.slice(from, to),
        ...(to < ordered.length && { nextToken: String(to) }),
      };
    },
    StartExecution: ({ name }: { name: string }) => {
      const startDate = Date.now() / 1_000;
      started.set(name, startDate);
      histories.set(
        name,
        historyOf({
          name,
          startedAt: startDate,
          albums: 1,
          skipped: 0,
          missing: {},
          untilWait: true,
        }),
      );
      return {
        executionArn: `${MACHINE.replace(':stateMachine:', ':execution:')}:${name}`,
        startDate,
      };
    },
    StopExecution: ({ executionArn }: { executionArn: string }) => {
      const events = find(executionArn);
      const at = Date.now() / 1_000;
      events.push({
        id: events.length + 1,
        previousEventId: events.length,
        timestamp: at,
        type: 'ExecutionAborted',
        executionAbortedEventDetails: { cause: 'Stopped in the console' },
      });
      return { stopDate: at };
    },
  };
}

/** Values by `name/dimension`, a step a minute, the newest last. */
function observability(seeded: SeededRun[], now: number, text: string) {
  const wave = (top: number, steps = 60) =>
    Array.from({ length: steps }, (_, i) => Math.round(top * (1 + Math.sin(i / 5)) * 10));
  const usa = wave(3);
  const international = wave(7);
  const rejected = wave(0.1);
  const sum = (...all: number[][]) =>
    usa.map((_, i) => all.reduce((total, each) => total + (each[i] ?? 0), 0));
  const values: Record<string, number[]> = {
    EventsReceived: sum(usa, international, rejected),
    EventsEnriched: sum(usa, international),
    EventsRejected: rejected,
    [`EventsRouted/tributary-${STAGE}-sessions-usa`]: usa,
    [`EventsRouted/tributary-${STAGE}-sessions-international`]: international,
    [`IteratorAge/tributary-${STAGE}-enrichSessions`]: usa.map((n) => n * 4),
    [`IteratorAge/tributary-${STAGE}-routeUsaSessions`]: usa.map((n) => n * 9),
    [`IteratorAge/tributary-${STAGE}-routeInternationalSessions`]: usa.map(
      (n, i) => n * 9 + i * 2_100,
    ),
    [`Errors/tributary-${STAGE}-routeInternationalSessions`]: usa.map((_, i) =>
      i % 9 === 0 ? 2 : 0,
    ),
  };
  const from = Math.ceil(now / 60) * 60 - 3_600;
  return {
    GetMetricData: ({
      MetricDataQueries,
    }: {
      MetricDataQueries: {
        Id: string;
        MetricStat: {
          Metric: { MetricName: string; Dimensions: { Name: string; Value: string }[] };
        };
      }[];
    }) => ({
      MetricDataResults: MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
        const dimension = Metric.Dimensions.find(
          ({ Name }) => !['service', 'stage'].includes(Name),
        )?.Value;
        const Values = values[[Metric.MetricName, dimension].filter(Boolean).join('/')] ?? [];
        return {
          Id,
          StatusCode: 'Complete',
          Timestamps: Values.map((_, i) => from + i * 60),
          Values,
        };
      }),
    }),
    FilterLogEvents: ({ logGroupName, filterPattern = '' }: Record<string, string>) => {
      const at = (seeded.at(-1)?.startedAt ?? now) * 1_000;
      if (filterPattern === 'REPORT') {
        const message =
          'REPORT RequestId: 1\tDuration: 412.10 ms\tBilled Duration: 413 ms\tMemory Size: 256 MB\tMax Memory Used: 90 MB\t';
        return { events: [{ timestamp: at, message, eventId: '1', logStreamName: 's' }] };
      }
      const message = JSON.stringify({
        level: 'INFO',
        message: 'done',
        run_id: seeded.at(-1)?.name,
        group: logGroupName,
        title: text,
      });
      return { events: [{ timestamp: at, message, eventId: '1', logStreamName: 's' }] };
    },
  };
}

function athenaAndGlue(seeded: SeededRun[], text: string) {
  const asked: string[] = [];
  const columns = [
    { Name: 'id', Type: 'string' },
    { Name: 'name', Type: 'string' },
    { Name: 'total_tracks', Type: 'int' },
  ];
  return {
    GetTables: () => ({
      TableList: [
        {
          Name: 'albums',
          TableType: 'EXTERNAL_TABLE',
          Parameters: { classification: 'parquet', recordCount: '77' },
          StorageDescriptor: { Location: `s3://${LAKE}/curated/albums/`, Columns: columns },
          PartitionKeys: [{ Name: 'ingest_date', Type: 'string' }],
        },
        {
          Name: 'runs',
          TableType: 'EXTERNAL_TABLE',
          Parameters: {},
          StorageDescriptor: {
            Location: `s3://${LAKE}/curated/runs/`,
            Columns: [
              { Name: 'run_id', Type: 'string' },
              { Name: 'status', Type: 'string' },
              { Name: 'loaded', Type: 'int' },
            ],
          },
          PartitionKeys: [{ Name: 'ingest_date', Type: 'string' }],
        },
        {
          Name: 'newest_albums',
          TableType: 'VIRTUAL_VIEW',
          Parameters: { presto_view: 'true' },
          StorageDescriptor: { Columns: columns },
        },
      ],
    }),
    StartQueryExecution({ QueryString }: { QueryString: string }) {
      asked.push(QueryString);
      return { QueryExecutionId: `query-${asked.length}` };
    },
    GetQueryExecution: ({ QueryExecutionId }: { QueryExecutionId: string }) => ({
      QueryExecution: {
        QueryExecutionId,
        Status: { State: 'SUCCEEDED' },
        Statistics: { DataScannedInBytes: 2_345_678, EngineExecutionTimeInMillis: 840 },
      },
    }),
    GetQueryResults({ QueryExecutionId }: { QueryExecutionId: string }) {
      const sql = asked[Number(QueryExecutionId.slice('query-'.length)) - 1] ?? '';
      const { types, rows } = resultOf(sql, seeded, text);
      const [names = []] = rows;
      return {
        ResultSet: {
          ResultSetMetadata: {
            ColumnInfo: names.map((Name, i) => ({ Name, Type: types[i] ?? 'varchar' })),
          },
          Rows: rows.map((row) => ({
            Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
          })),
        },
      };
    },
    StopQueryExecution: () => ({}),
  };
}

/** What Athena would find: the names of the columns first. */
function resultOf(
  sql: string,
  seeded: SeededRun[],
  text: string,
): { types: string[]; rows: (string | null)[][] } {
  const dayOf = ({ startedAt }: SeededRun) =>
    new Date(startedAt * 1_000).toISOString().slice(0, 10);
  const last = seeded.at(-1) as SeededRun;
  if (sql.includes('AS album_id, t.run_id')) {
    const head = ['kind', 'name', 'album_id', 'run_id', '_col4', 'source'];
    const row = ['track', text, albumIdOf(0), last.name, dayOf(last), 'new-releases'];
    return { types: [], rows: sql.includes("'Track0001'") ? [head, row] : [head] };
  }
  if (sql.includes('FROM runs WHERE run_id')) {
    const run = seeded.find(({ name }) => sql.includes(`'${name}'`));
    const row = run && ['PARTIAL', `${dayOf(run)} 06:00:00`, 'new-releases', dayOf(run)];
    return { types: [], rows: [['status', '_col1', 'source', '_col3'], ...(row ? [row] : [])] };
  }
  if (sql.includes('event_id')) return { types: [], rows: [['event_id']] };
  return {
    types: ['varchar', 'varchar', 'integer', 'date'],
    rows: [
      ['id', 'name', 'total_tracks', 'released'],
      ...Array.from({ length: 12 }, (_, i) => [
        albumIdOf(i),
        i === 2 ? text : `Album no. ${i}`,
        String(3 + ((i * 7) % 11)),
        i === 5 ? null : '2026-11-20',
      ]),
    ],
  };
}

function kinesis(now: number, text: string) {
  const records = Array.from({ length: 30 }, (_, i) => ({
    SequenceNumber: String(49_590_338_271_490_256_608n * 10n ** 36n + BigInt(i)),
    PartitionKey: `session-${i}`,
    ApproximateArrivalTimestamp: now - 30 + i,
    Data: Buffer.from(
      JSON.stringify({
        session_id: `session-${i}`,
        country: i % 3 ? 'France' : 'USA',
        city: i === 4 ? text : 'Paris',
        browsing_history: [],
      }),
    ).toString('base64'),
  }));
  return {
    ListShards: () => ({
      Shards: [
        {
          ShardId: 'shardId-000000000000',
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
          SequenceNumberRange: { StartingSequenceNumber: '0' },
        },
      ],
    }),
    GetShardIterator: ({ ShardIteratorType, StartingSequenceNumber }: Record<string, string>) => ({
      ShardIterator:
        ShardIteratorType === 'AT_SEQUENCE_NUMBER'
          ? `at-${records.findIndex((record) => record.SequenceNumber === StartingSequenceNumber)}`
          : 'at-0',
    }),
    GetRecords: ({ ShardIterator, Limit = 10_000 }: { ShardIterator: string; Limit?: number }) => {
      const from = Number(ShardIterator.slice(3));
      return {
        Records: from < 0 ? [] : records.slice(from, from + Limit),
        NextShardIterator: `at-${records.length}`,
        MillisBehindLatest: 0,
      };
    },
    PutRecords: ({ Records }: { Records: unknown[] }) => ({
      FailedRecordCount: 0,
      Records: Records.map((_, i) => ({
        SequenceNumber: String(i),
        ShardId: 'shardId-000000000000',
      })),
    }),
  };
}

function seedPapers(
  aws: FakeAws,
  { name, startedAt, albums, skipped, missing }: SeededRun,
  text: string,
): void {
  const run = { runId: name, startedAt: new Date(startedAt * 1_000).toISOString() };
  const day = run.startedAt.slice(0, 10);
  const folder = `${LAKE}/raw/manifests/ingest_date=${day}/run_id=${name}`;
  const page = `raw/new_releases/ingest_date=${day}/run_id=${name}/page-00000.json`;
  const put = (path: string, value: unknown) =>
    aws.objects.set(path, Buffer.from(JSON.stringify(value)));
  const ids = Array.from({ length: albums }, (_, i) => albumIdOf(i));
  const skippedIds = Array.from({ length: skipped }, (_, i) => albumIdOf(1_000_000 + i));
  const lost = Object.keys(missing).length;
  const manifest: Manifest = {
    run,
    status: lost > 0 ? 'PARTIAL' : 'COMPLETE',
    source: 'new-releases',
    pages: [page],
    counts: countsOf({
      expected: albums + skipped,
      listed: albums + skipped,
      skipped,
      loaded: albums - lost,
      missing: lost,
      tracks: (albums - lost) * 12,
      requests: albums + 4,
    }),
    loaded: ids
      .filter((_, i) => !missing[i])
      .map((albumId) => ({
        albumId,
        key: `raw/album_tracks/album_id=${albumId}/tracks.json`,
        tracks: 12,
      })),
    skipped: skippedIds,
    missing: Object.entries(missing).map(([i, reason]) => ({
      albumId: albumIdOf(Number(i)),
      reason,
    })),
    unlisted: { unusablePositions: [], listingStoppedBy: null },
    waiting: {},
    fields: {},
    fieldChanges: [],
  };
  put(`${folder}/manifest.json`, manifest);
  put(`${folder}/plan.json`, {
    run,
    planned: ids.map((albumId) => ({ albumId, totalTracks: 12 })),
    skipped: skippedIds,
    notPlanned: [],
    requestsPerRun: 1_000,
  });
  put(`${folder}/usage.json`, {
    requests: albums + 4,
    tokenRequests: 1,
    leased: 0,
    unconfirmed: 0,
    waitedMs: 17_000,
  });
  put(`${folder}/commit.json`, {
    run,
    albums: ids,
    rows: { albums: albums - lost, tracks: (albums - lost) * 12 },
    files: [],
    oddValues: { 'albums.popularity': 4 },
    repeatedTracks: 0,
  });
  put(`${LAKE}/${page}`, {
    albums: {
      href: 'https://api.spotify.com/v1/browse/new-releases?offset=0&limit=50',
      items: ids.slice(0, 50).map((id) => ({ id, name: text })),
    },
  });
  put(`${LAKE}/raw/album_tracks/album_id=${albumIdOf(0)}/tracks.json`, {
    pages: [
      {
        href: `https://api.spotify.com/v1/albums/${albumIdOf(0)}/tracks?limit=50`,
        items: [{ id: 'Track0001', name: text, artists: [{ id: 'Artist0001' }] }],
      },
    ],
  });
  aws.objects.set(`${LAKE}/curated/albums/ingest_date=${day}/${name}.parquet`, Buffer.alloc(10));
  aws.objects.set(`${LAKE}/curated/runs/ingest_date=${day}/${name}.parquet`, Buffer.alloc(10));
}

/** Rejected events with what is wrong in them: reason, field, bytes. */
const rejectedEvents = (text: string): [keyof typeof REASONS, string | undefined, Buffer][] => [
  [
    'invalid-quantity',
    'browsing_history[1].quantity',
    Buffer.from(
      `{"session_id":"s-1","country":"France","city":${JSON.stringify(text)},"browsing_history":[{"product_code":"P1","quantity":1},{"product_code":"P2","quantity":"many"}]}`,
    ),
  ],
  ['missing-country', 'country', Buffer.from('{"session_id":"s-2","browsing_history":[]}')],
  ['not-json', undefined, Buffer.from('{"session_id":"s-3","country":"USA",}')],
  [
    'not-utf8',
    undefined,
    Buffer.concat([
      Buffer.from('{"session_id":"s-4","city":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]),
  ],
  [
    'duplicate-key',
    'country',
    Buffer.from('{"session_id":"s-5","country":"USA","country":"France","browsing_history":[]}'),
  ],
];

function seedRejected(aws: FakeAws, now: number, text: string): void {
  const events = rejectedEvents(text);
  const lines: Buffer[] = [];
  for (let i = 0; i < 40; i++) {
    const [reason, field, bytes] = events[i % 7 < 5 ? i % 7 : 0] as (typeof events)[number];
    const at = new Date((now - i * 1_500) * 1_000).toISOString();
    const source = {
      stream: `tributary-${STAGE}-sessions`,
      shardId: 'shardId-000000000000',
      sequenceNumber: String(49_590_338_271_490_256_608n * 10n ** 36n + BigInt(i)),
      partitionKey: `session-${i}`,
      arrivedAt: at,
    };
    const detail = reason === 'invalid-quantity' ? '"many"' : undefined;
    lines.push(
      ...rejectedLines(
        { reason, ...(field && { field }), ...(detail && { detail }) },
        source,
        bytes,
        at,
      ),
    );
  }
  const day = new Date(now * 1_000).toISOString().slice(0, 10);
  aws.objects.set(
    `${LAKE}/rejected/sessions/ingest_date=${day}/rejected-1.gz`,
    gzipSync(Buffer.concat(lines)),
  );
}
