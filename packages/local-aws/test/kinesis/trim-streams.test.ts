import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKinesis } from '../../src/kinesis/kinesis.ts';
import { storedRecords } from '../../src/kinesis/stored-records.ts';
import { createStreamTrimmer, OVERHEAD_BYTES } from '../../src/kinesis/trim-streams.ts';
import { headers, putBody } from './put-body.ts';

describe('What a write has stored', () => {
  const stored = { ShardId: 'shardId-000000000000', SequenceNumber: '7' };
  it.each([
    [{ Records: [stored, stored, stored] }, 200, [1, 2, 3], 0],
    [{ Records: [stored, { ErrorCode: 'Throttled' }, stored] }, 200, [1, 3], 1],
    [{ __type: 'InternalFailure' }, 500, [], 3],
  ])('is read out of its response %j', (response, status, sizes, failed) => {
    const write = storedRecords(headers, putBody('YQ==', 'YWI=', 'YWJj'), {
      status,
      headers: {},
      body: Buffer.from(JSON.stringify(response)),
    });
    expect(write?.stored.map(({ bytes }) => bytes)).toEqual(sizes);
    expect(write).toMatchObject({ streamName: 's', failed });
  });
});

describe('The streams in memory', () => {
  /** 600 bytes are 800 as base64; a record takes another 900. */
  const record = (n: number, shard = 2) => ({
    shardId: `shardId-00000000000${shard}`,
    sequenceNumber: String(1_000 + n),
    bytes: 600,
  });
  const all = Array.from({ length: 20 }, (_, n) => record(n));
  function given(position?: string) {
    const deleted: string[] = [];
    const trimmer = createStreamTrimmer(
      (streamName, keys) => deleted.push(...keys.map((key) => `${streamName}/${key}`)),
      10 * (800 + OVERHEAD_BYTES),
    );
    let at = position;
    trimmer.addReader('s', () => at);
    return { trimmer, deleted, moveTo: (to: string) => (at = to) };
  }

  it('keep their newest records, up to the limit, once the readers have taken the others', () => {
    const { trimmer, deleted } = given('1019');
    trimmer.onStored('s', all);
    expect(deleted).toEqual(
      all.slice(0, 10).map(({ sequenceNumber }) => `s/00000002/${sequenceNumber}`),
    );
  });

  it('keep what a reader has yet to take, however much that is, and besides it no less', () => {
    const { trimmer, deleted, moveTo } = given();
    trimmer.onStored('s', all);
    trimmer.onStored('t', all.slice(0, 10));
    expect(deleted).toEqual([]);
    trimmer.onStored('t', all.slice(10, 15));
    expect(deleted).toHaveLength(5);
    expect(deleted.every((key) => key.startsWith('t/'))).toBe(true);
    moveTo('1003');
    trimmer.onStored('s', [record(20)]);
    expect(deleted).toHaveLength(5 + 4);
    moveTo('1020');
    trimmer.onStored('s', [record(21)]);
    expect(deleted).toHaveLength(37 - 10 - 1);
  });

  it('have one limit, however many shards they have', () => {
    const { trimmer, deleted } = given('9999');
    for (const { sequenceNumber } of all) {
      for (const shard of [0, 1, 2, 3]) {
        trimmer.onStored('s', [record(Number(sequenceNumber) - 1_000, shard)]);
      }
    }
    expect(deleted).toHaveLength(80 - 10);
    for (const shard of [0, 1, 2, 3]) {
      const kept = 20 - deleted.filter((key) => key.startsWith(`s/0000000${shard}`)).length;
      expect(kept).toBeGreaterThanOrEqual(2);
    }
  });

  it('take what is counted for them, whatever else the process allocates', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(import.meta.dirname, 'memory-child.ts'),
    ]);
    const taken = JSON.parse(stdout);
    expect(taken).toBeGreaterThan(400);
    expect(taken).toBeLessThan(400 + OVERHEAD_BYTES);
  }, 60_000);

  it('are read from the oldest record that is left', async () => {
    const streams = [{ name: 's', shards: 1, retentionHours: 24 }];
    const kinesis = await startKinesis(streams, {}, undefined, 50 * (4_000 + OVERHEAD_BYTES));
    try {
      // There is no reader that holds anything back.
      const data = Buffer.alloc(3_000, 'x').toString('base64');
      for (let i = 0; i < 80; i += 1) await kinesis.handle(headers, putBody(data));
      expect(kinesis.storedIn('s')).toBe(80);
      const { ShardIterator } = await kinesis.call('GetShardIterator', {
        StreamName: 's',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      });
      const { Records } = await kinesis.call('GetRecords', { ShardIterator });
      expect(Records.length).toBeGreaterThanOrEqual(50);
      expect(Records.length).toBeLessThan(55);
    } finally {
      await kinesis.close();
    }
  });
});
