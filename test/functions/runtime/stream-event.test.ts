import {
  acknowledge,
  parseStreamEvent,
  positionOf,
} from '../../../functions/runtime/stream-event.ts';
import { lambdaEvent, received } from '../enrich-sessions/fixtures.ts';

describe('a Kinesis event', () => {
  it('becomes records with their position and their bytes', () => {
    const [record] = parseStreamEvent(lambdaEvent('é'));
    expect(record).toEqual({
      stream: 'sessions',
      shardId: 'shardId-000000000003',
      sequenceNumber: '101',
      partitionKey: 'key-0',
      arrivedAt: 1_795_000_000.5,
      data: Buffer.from('é'),
    });
    expect(record && positionOf(record)).toEqual({
      stream: 'sessions',
      shardId: 'shardId-000000000003',
      sequenceNumber: '101',
      partitionKey: 'key-0',
      arrivedAt: '2026-11-18T11:06:40.500Z',
    });
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
