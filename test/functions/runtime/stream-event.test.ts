import { RecordData } from '../../../functions/runtime/record-data.ts';
import {
  acknowledge,
  parseStreamEvent,
  positionOf,
  type StreamRecord,
  shardIdOf,
} from '../../../functions/runtime/stream-event.ts';
import { lambdaEvent, received } from '../enrich-sessions/fixtures.ts';

describe('a Kinesis event', () => {
  it('becomes records with their position and their bytes', () => {
    const [record] = parseStreamEvent(lambdaEvent('é')) as [StreamRecord];
    expect(new RecordData().decode(record)).toEqual(Buffer.from('é'));
    expect(positionOf(record)).toEqual({
      stream: 'sessions',
      shardId: 'shardId-000000000003',
      sequenceNumber: '101',
      partitionKey: 'key-0',
      arrivedAt: '2026-11-18T11:06:40.500Z',
    });
  });

  it('names the shard of each record, whatever the one before it was', () => {
    const [record] = received('a') as [StreamRecord];
    const ids = [
      'shardId-000000000003:1',
      'shardId-0000000000031:2',
      'x:3',
      'shardId-000000000003:4',
    ];
    expect(ids.map((eventID) => shardIdOf({ ...record, eventID }))).toEqual([
      'shardId-000000000003',
      'shardId-0000000000031',
      'x',
      'shardId-000000000003',
    ]);
  });

  it.each([[null], [{}], [{ Records: {} }], [{ Records: [null] }], [{ Records: [{ body: '' }] }]])(
    'is refused when it is %j',
    (event) => {
      expect(() => parseStreamEvent(event)).toThrow(
        expect.objectContaining({ name: 'InvalidInput' }),
      );
    },
  );
});

describe('acknowledging', () => {
  const records = received('a', 'b', 'c');

  it.each([
    [[], []],
    [[2], ['103']],
    [[2, 1], ['102']],
    [[0, 1, 2], ['101']],
  ])('with %j unsent reports %j', (unsent, reported) => {
    const { batchItemFailures } = acknowledge(records, unsent);
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(reported);
  });
});
