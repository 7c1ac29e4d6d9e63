import { setTimeout as sleep } from 'node:timers/promises';
import { consume } from '../../src/kinesis/consumer.ts';
import { type Kinesis, startKinesis } from '../../src/kinesis/kinesis.ts';
import { headers, putBody } from './put-body.ts';

describe('A consumer of many shards', () => {
  it('polls each less often, which leaves the emulator time for writes', async () => {
    const kinesis = await startKinesis([{ name: 'wide', shards: 100, retentionHours: 24 }]);
    let polls = 0;
    const counting: Kinesis = Object.create(kinesis, {
      call: {
        value: (action: string, input: object) => {
          if (action === 'GetRecords') polls++;
          return kinesis.call(action, input);
        },
      },
    });
    const consumer = consume(counting, 'wide', {
      start: { ShardIteratorType: 'TRIM_HORIZON' },
      openSink: () => ({ take: async () => {}, settle: async () => {} }),
      onError(error) {
        throw error;
      },
    });
    try {
      await sleep(900);
      // Every 100 ms they would be 900.
      expect(polls).toBeLessThan(150);
    } finally {
      await consumer.close();
      await kinesis.close();
    }
  });
});

describe('A consumer of an empty shard', () => {
  it('polls again as soon as its stream has stored a record, and seldom before', async () => {
    const kinesis = await startKinesis([{ name: 's', shards: 1, retentionHours: 24 }]);
    const asked: string[] = [];
    const noting: Kinesis = {
      ...kinesis,
      call(action, input) {
        asked.push(action);
        return kinesis.call(action, input);
      },
      storedIn(name) {
        asked.push('storedIn');
        return kinesis.storedIn(name);
      },
    };
    const taken = Promise.withResolvers<string[]>();
    const consumer = consume(noting, 's', {
      start: { ShardIteratorType: 'TRIM_HORIZON' },
      idleMs: 20,
      openSink: () => ({
        take: async (records) => taken.resolve(records.map(({ data }) => data)),
        settle: async () => {},
      }),
      onError: taken.reject,
    });
    try {
      while (asked.length < 6) await sleep(1);
      expect(asked.slice(0, 6)).toEqual([
        ...['ListShards', 'GetShardIterator', 'storedIn', 'GetRecords'],
        ...['storedIn', 'storedIn'],
      ]);
      await kinesis.handle(headers, putBody('QQ=='));
      const before = asked.length;
      expect(await taken.promise).toEqual(['QQ==']);
      const pauses = asked.slice(before).filter((each) => each === 'storedIn');
      expect(pauses.length).toBeLessThan(4);
    } finally {
      await consumer.close();
      await kinesis.close();
    }
  });
});
