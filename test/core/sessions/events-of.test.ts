import { gzipSync } from 'node:zlib';
import { aggregate } from '../../../core/kinesis/aggregated-record.ts';
import { eventsOf, ndjsonOf, sourceEventsOf, textOf } from '../../../core/sessions/events-of.ts';
import { packEnvelopes } from '../../../core/sessions/pack-envelopes.ts';

const record = (data: string | Buffer) => ({
  shardId: 'shardId-000000000001',
  sequenceNumber: '4959',
  partitionKey: 'a1',
  arrivedAt: new Date('2026-11-21T12:00:00Z'),
  data: Buffer.from(data as string),
});
const events = (data: string | Buffer) => eventsOf(record(data));
const texts = (data: string | Buffer) => events(data).map(textOf);
const only = (data: string | Buffer) => {
  const [event] = events(data);
  if (!event) throw new Error('no event');
  return event;
};

describe('a record', () => {
  it('shows shard, position and event', () => {
    expect(texts('{"n": 1.0}')).toEqual(['shardId-000000000001\t4959\t{"n": 1.0}\n']);
  });

  it.each([
    ['{"n":1}\n{"n":2}\n', '{"n":1}\\u000a{"n":2}', false],
    ['{"n":1} \n ', '{"n":1} ', true],
    ['{"n":1}\n\u000b', '{"n":1}\\u000a\\u000b', false],
    ['{"n":1}\u00a0', '{"n":1}\u00a0', false],
  ])('of lines is one event, as enrichment reads it: %j', (data, shown, isJson) => {
    expect(events(data)).toEqual([{ ...record(data), isJson, part: 0 }]);
    expect(texts(data)).toEqual([`shardId-000000000001\t4959\t${shown}\n`]);
    const { part, event, base64 } = JSON.parse(ndjsonOf(only(data)));
    expect(part).toBeUndefined();
    if (isJson) expect(event).toEqual({ n: 1 });
    else expect(Buffer.from(base64, 'base64').toString()).toBe(data);
  });

  it('that is an envelope comes apart, and one that is damaged shows as it is', () => {
    const data = ['{"n":1}', '{"n":2}'].map((text) => Buffer.from(text));
    const [envelope] = packEnvelopes(
      data.map((each) => ({ data: each, partitionKey: 'a1', segment: 'usa' })),
      4,
    );
    expect(texts(envelope?.data as Buffer)).toEqual([
      'shardId-000000000001\t4959#1\t{"n":1}\n',
      'shardId-000000000001\t4959#2\t{"n":2}\n',
    ]);
    const damaged =
      '{"segment":"usa","bucket":"usa-0-of-4","count":1,"encoding":"gzip","events":"x"}';
    expect(only(damaged)).toMatchObject({ part: 0, isJson: true });
  });

  it('that a router packed comes apart, and other gzip shows as it is', () => {
    const members = ['{"n":1}\n{"n":2}\n', '{"n":3}\n'].map((text) => gzipSync(text));
    expect(texts(Buffer.concat(members))).toEqual([
      'shardId-000000000001\t4959#1\t{"n":1}\n',
      'shardId-000000000001\t4959#2\t{"n":2}\n',
      'shardId-000000000001\t4959#3\t{"n":3}\n',
    ]);
    for (const other of [gzipSync('no json\n'), gzipSync(''), Buffer.from([0x1f, 0x8b, 8])]) {
      expect(only(other)).toMatchObject({ data: other, part: 0, isJson: false });
    }
  });

  it('of the source stream comes apart only where enrichment takes it apart', () => {
    const gzip = record(gzipSync('{"n":1}\n{"n":2}\n'));
    expect(sourceEventsOf(gzip)).toEqual([{ ...gzip, isJson: false, part: 0 }]);
    const packed = aggregate([{ partitionKey: 'a', data: gzip.data }]);
    expect(sourceEventsOf(record(packed))).toMatchObject([{ ...gzip, partitionKey: 'a', part: 1 }]);
  });

  it('that the Kinesis Producer Library packed comes apart, each event under its own key', () => {
    const packed = aggregate([
      { partitionKey: 'a', data: Buffer.from('{"n":1}') },
      { partitionKey: 'b', data: Buffer.from('no json') },
    ]);
    expect(events(packed)).toMatchObject([
      { partitionKey: 'a', part: 1, isJson: true },
      { partitionKey: 'b', part: 2, isJson: false },
    ]);
  });

  it.each([
    ['half a surrogate pair', '{"a":"\\ud83d"}'],
    ['half a pair in a key, behind another fault', '{"a":1,"a":2,"\\\\\\uDE00":1}'],
    ['half a pair in a value that another one of its key follows', '{"a":"\\ud83d","a":1}'],
    ['a number beyond a double', '{"a":[1e400]}'],
    ['a long number, behind another fault', '{"a":1,"a":123456789012345678901}'],
    ['a number in the place of a quantity', '{"browsing_history":[{"quantity":0e999}]}'],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('is base64 as a line of JSON where it would end another reader: %s', (_, text) => {
    const { event, base64 } = JSON.parse(ndjsonOf(only(text)));
    expect(event).toBeUndefined();
    expect(Buffer.from(base64, 'base64').toString()).toBe(text);
  });

  it.each([
    '{"a":"\\ud83d\\ude00"}',
    '{"a":"\\\\ud83d"}',
    '{"a":1,"a":2}',
    '{"a":"1e400","\\"1e400":18446744073709551615}',
  ])('is itself in a line of JSON: %s', (text) => {
    expect(ndjsonOf(only(text))).toContain(`"event":${text}}`);
  });

  it('that is one object over several lines stays one', () => {
    expect(texts('{\n  "n": 1\n}\n')).toEqual([
      'shardId-000000000001\t4959\t{\\u000a  "n": 1\\u000a}\n',
    ]);
  });

  it('cannot command the terminal', () => {
    expect(texts('\u001b[2Jx\u009b')[0]).toBe('shardId-000000000001\t4959\t\\u001b[2Jx\\u009b\n');
  });

  it('that is no UTF-8 shows as base64', () => {
    expect(texts(Buffer.from([0xff]))).toEqual(['shardId-000000000001\t4959\tbase64:/w==\n']);
    expect(texts('')).toEqual(['shardId-000000000001\t4959\t\n']);
  });

  it('as a line of JSON keeps the event as it came', () => {
    const line = ndjsonOf(only('{"n": 12345678901234567890, "x": "\\u00e9"}\n'));
    expect(line).toBe(
      '{"shard_id":"shardId-000000000001","sequence_number":"4959","partition_key":"a1",' +
        '"arrived_at":"2026-11-21T12:00:00.000Z","event":{"n": 12345678901234567890, "x": "\\u00e9"}}\n',
    );
  });

  it.each(['{\r\n"n": 1}', '{"n', '', '\ufeff{}', 'null'])('%j is one line of JSON', (data) => {
    const line = ndjsonOf(only(data));
    expect(line.indexOf('\n')).toBe(line.length - 1);
    const { event, base64 } = JSON.parse(line);
    if (base64 === undefined) expect(event).toEqual(JSON.parse(data));
    else expect(Buffer.from(base64, 'base64').toString()).toBe(data);
  });
});
