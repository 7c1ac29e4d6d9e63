import { eventIdOf } from '../../../core/sessions/event-id.ts';

const sequenceNumber = '49590338271490256608559692538361571095921575989136588898';

describe('An event id', () => {
  it('is the number of the shard and the sequence number', () => {
    expect(eventIdOf('shardId-000000000003', sequenceNumber)).toBe(`3-${sequenceNumber}`);
    expect(eventIdOf('shardId-000000000120', '7')).toBe('120-7');
    expect(eventIdOf('shardId-000000000000', '0')).toBe('0-0');
  });

  it('keeps the name of a shard that is called otherwise', () => {
    expect(eventIdOf('left', '7')).toBe('left-7');
    expect(eventIdOf('shardId-', '7')).toBe('-7');
  });

  it('fits, as Kinesis spells its names, into JSON without escapes', () => {
    const id = eventIdOf('shardId-000000000003', sequenceNumber);
    expect(JSON.stringify(id)).toBe(`"${id}"`);
  });
});
