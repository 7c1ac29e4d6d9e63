import { gzipSync } from 'node:zlib';
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { InvalidInput } from '../../../core/errors.ts';
import { explain } from '../../../core/explain/explain.ts';
import type { Sources } from '../../../core/explain/sources.ts';
import { aggregate } from '../../../core/kinesis/aggregated-record.ts';

const folder = (run: string) => `raw/manifests/ingest_date=2026-11-2${run.at(-1)}/run_id=${run}`;

/** A lake of two runs, neither of which could load the album `lost`; `rows` are those of `runs`. */
function givenSources(rows: unknown[][] = []) {
  const asked: string[] = [];
  const objects = new Map(
    ['run-1', 'run-2'].map((runId) => [
      `${folder(runId)}/manifest.json`,
      JSON.stringify({
        run: { runId },
        missing: [{ albumId: 'lost', reason: 'ResourceNotFound' }],
      }),
    ]),
  );
  const lake: Sources['lake'] = {
    get: async (key) => (objects.has(key) ? Buffer.from(objects.get(key) ?? '') : undefined),
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    locationOf: (key) => `s3://lake/${key}`,
  };
  const sources: Sources = {
    lake,
    segment: async () => lake,
    stream: undefined,
    async query(sql) {
      asked.push(sql);
      return sql.includes('FROM runs') ? rows : [];
    },
  };
  return { sources, asked };
}

describe('an id', () => {
  it('of an album that no run could load leads to the reason and to the last of these runs', async () => {
    const { sources } = givenSources();
    await expect(explain('lost', sources)).resolves.toEqual([
      {
        what: 'album lost, not loaded yet',
        facts: [
          ['reason', 'ResourceNotFound'],
          ['missing in', '2 of the last 2 runs'],
          ['manifest', `s3://lake/${folder('run-2')}/manifest.json`],
        ],
      },
      expect.objectContaining({ what: 'run run-2', runId: 'run-2' }),
    ]);
  });

  it('of a run leads to its row and its manifest', async () => {
    const { sources } = givenSources([['PARTIAL', '2026-11-21 06:00:00', 'search', '2026-11-21']]);
    await expect(explain('run-1', sources)).resolves.toEqual([
      {
        what: 'run run-1',
        runId: 'run-1',
        facts: [
          ['status', 'PARTIAL'],
          ['started', '2026-11-21 06:00:00 UTC'],
          ['source', 'search'],
          ['manifest', `s3://lake/${folder('run-1')}/manifest.json`],
        ],
      },
    ]);
  });

  it('of a run without a row leads to its manifest', async () => {
    const [found] = await explain('run-1', givenSources().sources);
    expect(found?.facts).toContainEqual(['status', 'no row in runs']);
    expect(found?.facts).toContainEqual(['manifest', `s3://lake/${folder('run-1')}/manifest.json`]);
  });

  it.each([
    ['usa', 'usa', []],
    ['canada', 'international', [['enriched for', 'canada']]],
  ])(
    'of an event for %s leads to the bucket of %s and to its line',
    async (segment, holder, more) => {
      const { sources } = givenSources();
      const line = (n: number) =>
        `{"session_id":"s${n}","x":"${'y'.repeat(700)}","overall_product_quantity":0,"overall_in_shopping_cart":0,` +
        `"total_different_products":0,"processing_timestamp":"t","segment":"${segment}","event_id":"0-${n}"}\n`;
      // Members one behind another, as Firehose joins them; lines cross the pieces in which they are read.
      const members = Array.from({ length: 50 }, (_, m) =>
        gzipSync(Array.from({ length: 40 }, (_, i) => line(40 * m + i)).join('')),
      );
      const key = 'firehose/ingest_date=2026-11-21/a.gz';
      const asked: string[] = [];
      const [{ what, facts, raw } = { what: '', facts: [], raw: '' }] = (
        await explain('0-1777', {
          ...sources,
          query: async (sql) =>
            sql.includes('FROM sessions') ? [[segment, 's1777', 't', '2026-11-21']] : [],
          async segment(name) {
            asked.push(name);
            return {
              list: async (prefix) => [key].filter((each) => each.startsWith(prefix)),
              get: async () => Buffer.concat(members),
              locationOf: (each) => `s3://${name}/${each}`,
            };
          },
        })
      ).slice(1);
      expect(asked).toEqual([holder]);
      expect(what).toBe(`delivered to the segment ${holder}`);
      expect(facts).toEqual([
        ...more,
        ['session', 's1777'],
        ['enriched', 't'],
        ['object', `s3://${holder}/${key}`],
      ]);
      expect(raw).toBe(`{"session_id":"s1777","x":"${'y'.repeat(700)}"}`);
    },
  );

  describe('of an event in a record that the Kinesis Producer Library packed', () => {
    const given = (data: Uint8Array): Sources => {
      const respond = mockClient(KinesisClient);
      respond.on(GetShardIteratorCommand).resolves({ ShardIterator: 'i' });
      const arrived = new Date('2026-11-22T06:00:00Z');
      respond.on(GetRecordsCommand).resolves({
        Records: [
          {
            SequenceNumber: '49',
            PartitionKey: 'a',
            ApproximateArrivalTimestamp: arrived,
            Data: data,
          },
        ],
      });
      const kinesis = new KinesisClient({ region: 'us-east-1' });
      return { ...givenSources().sources, stream: { name: 'sessions', kinesis } };
    };
    const packed = aggregate(
      ['s1', 's2', 's1'].map((partitionKey, n) => ({
        partitionKey,
        data: Buffer.from(`{"session_id":"${partitionKey}","n":${n}}`),
      })),
    );
    const position = [
      ['stream', 'sessions'],
      ['shard', 'shardId-000000000003'],
      ['position', '49'],
    ];
    const arrived = ['arrived', '2026-11-22T06:00:00.000Z'];

    it('leads to this event and its key', async () => {
      await expect(explain('3-49#2', given(packed))).resolves.toEqual([
        {
          what: 'event 3-49#2',
          facts: [...position, ['events in it', '3'], ['partition key', 's2'], arrived],
          raw: '{"session_id":"s2","n":1}',
        },
      ]);
    });

    it('shows no event for the record itself', async () => {
      await expect(explain('3-49', given(packed))).resolves.toEqual([
        { what: 'event 3-49', facts: [...position, ['events in it', '3'], arrived] },
      ]);
    });

    it.each([
      ['3-49#4', packed, 'The record 3-49 has 3 events: the last is 3-49#3'],
      ['3-49#0', packed, 'The record 3-49 has 3 events: the last is 3-49#3'],
      ['3-49#1', Buffer.from('{}'), 'The record 3-49 is no aggregate: its one event is 3-49'],
    ])('says of %s, which the record has not, what it has', async (id, data, message) => {
      await expect(explain(id, given(data))).rejects.toThrow(new InvalidInput(message));
    });
  });

  it('of a rejected event leads to what was wrong, and where', async () => {
    const { sources } = givenSources();
    const original = '{"session_id":"s1","a":1,"a":2}';
    const row = {
      reason: 'duplicate-key',
      field: 'a',
      rejected_at: '2026-11-22T06:00:01.000Z',
      stream: 'sessions',
      shard_id: 'shardId-000000000003',
      sequence_number: '49',
      partition_key: 's1',
      arrived_at: '2026-11-22T06:00:00.000Z',
      part: 1,
      parts: 1,
      original: Buffer.from(original).toString('base64'),
      message: 'An object holds the same key twice',
      detail: 'at byte 26',
    };
    const rejectedRow = (sql: string) =>
      (/SELECT (.*) FROM rejected_sessions/.exec(sql)?.[1] ?? '')
        .split(', ')
        .map((name) => row[name as keyof typeof row]);
    const [, rejected] = await explain('3-49', {
      ...sources,
      query: async (sql) => (sql.includes('FROM rejected_sessions') ? [rejectedRow(sql)] : []),
    });
    expect(rejected).toEqual({
      what: 'rejected: duplicate-key',
      facts: [
        ['message', 'An object holds the same key twice'],
        ['field', 'a'],
        ['detail', 'at byte 26'],
        ['rejected', '2026-11-22T06:00:01.000Z'],
        ['partition key', 's1'],
        ['arrived', '2026-11-22T06:00:00.000Z'],
      ],
      raw: original,
    });
  });

  it('that nothing has leads nowhere', async () => {
    await expect(explain('nothing', givenSources().sources)).resolves.toEqual([]);
    await expect(explain('0-123', givenSources().sources)).resolves.toEqual([]);
  });

  it('that is none becomes no part of SQL', async () => {
    const { sources, asked } = givenSources();
    await expect(explain("x' OR 1=1", sources)).rejects.toThrow(InvalidInput);
    expect(asked).toEqual([]);
  });
});
