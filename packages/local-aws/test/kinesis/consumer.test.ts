import { setTimeout as sleep } from 'node:timers/promises';
import { consume } from '../../src/kinesis/consumer.ts';
import { type Kinesis, startKinesis } from '../../src/kinesis/kinesis.ts';

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
