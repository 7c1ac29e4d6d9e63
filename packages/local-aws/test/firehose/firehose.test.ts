import { gunzipSync, gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import { createDeliveryStream } from '../../src/firehose/firehose.ts';
import { createFirehoseApi } from '../../src/firehose/firehose-api.ts';
import { evaluatePrefix } from '../../src/firehose/firehose-prefix.ts';
import type { DeliverySettings } from '../../src/service/stream-settings.ts';

const arrival = new Date('2026-11-21T23:59:58.765Z');

function givenDelivery(more: Partial<DeliverySettings> = {}) {
  const settings: DeliverySettings = {
    name: 'sessions-usa',
    sourceStream: undefined,
    sourceRole: undefined,
    role: 'DeliverRole',
    log: undefined,
    bucket: 'usa',
    prefix: 'firehose/ingest_date=!{timestamp:yyyy-MM-dd}/',
    errorPrefix: 'errors/!{firehose:error-output-type}/',
    bufferSeconds: 60,
    bufferBytes: 1024 * 1024,
    gzip: true,
    fileExtension: '.gz',
    delimiter: '',
    ...more,
  };
  const stored: { bucket: string; key: string; body: Buffer }[] = [];
  const errors: Error[] = [];
  const stream = createDeliveryStream(settings, {
    async putObject(bucket, key, body) {
      stored.push({ bucket, key, body });
    },
    onError: (error) => void errors.push(error),
  });
  const put = (...data: string[]) => {
    for (const each of data) stream.put(Buffer.from(each), arrival);
  };
  const texts = () => stored.map(({ body }) => gunzipSync(body).toString());
  return { settings, stream, stored, errors, put, texts };
}

describe('a delivery stream', () => {
  it('joins records as they come, compresses them and names the object as Firehose does', async () => {
    const { stream, stored, texts, put } = givenDelivery();
    put('{"a":1}\n', '{"b":2}\n{"c":3}\n');
    await stream.flush();
    expect(texts()).toEqual(['{"a":1}\n{"b":2}\n{"c":3}\n']);
    expect(stored[0]?.bucket).toBe('usa');
    expect(stored[0]?.key).toMatch(
      /^firehose\/ingest_date=2026-11-21\/sessions-usa-1-2026-11-21-23-59-58-[0-9a-f-]{36}\.gz$/,
    );
    expect(stream.counts).toEqual({ received: 2, records: 2, lines: 3, objects: 1, bytes: 24 });
  });

  it('appends its delimiter to each record, and adds nothing without one', async () => {
    const withDelimiter = givenDelivery({ delimiter: '\n' });
    withDelimiter.put('a', 'b');
    await withDelimiter.stream.flush();
    expect(withDelimiter.texts()).toEqual(['a\nb\n']);
    const without = givenDelivery();
    without.put('a', 'b');
    await without.stream.flush();
    expect(without.texts()).toEqual(['ab']);
  });

  it('leaves objects plain without a compression format', async () => {
    const { stream, stored, put } = givenDelivery({ gzip: false, fileExtension: '' });
    put('a');
    await stream.flush();
    expect(stored[0]?.body.toString()).toBe('a');
    expect(stored[0]?.key).not.toMatch(/\.gz$/);
  });

  it('names objects by the extension that is set, whatever their format', async () => {
    const { stream, stored, texts } = givenDelivery({ gzip: false });
    for (const text of ['a\n', 'b\n']) stream.put(gzipSync(text), arrival);
    await stream.flush();
    expect(stored[0]?.key).toMatch(/\.gz$/);
    expect(texts()).toEqual(['a\nb\n']);
  });

  describe('with time that a test lets pass', () => {
    beforeEach(() => void jest.useFakeTimers());
    afterEach(() => void jest.useRealTimers());

    it('delivers when the buffer is full', async () => {
      const { stream, stored, put } = givenDelivery({ bufferBytes: 10, gzip: false });
      put('12345', '67890', 'abc');
      await jest.advanceTimersByTimeAsync(0);
      expect(stored).toHaveLength(1);
      await stream.flush();
      expect(stored).toHaveLength(2);
    });

    it('delivers when the buffer is old, counted from its first record', async () => {
      const { stored, put } = givenDelivery({ bufferSeconds: 60, gzip: false });
      put('a');
      await jest.advanceTimersByTimeAsync(40_000);
      put('b');
      await jest.advanceTimersByTimeAsync(19_999);
      expect(stored).toHaveLength(0);
      await jest.advanceTimersByTimeAsync(1);
      expect(stored.map(({ body }) => body.toString())).toEqual(['ab']);
    });
  });

  it('goes by the arrival of the oldest record in the object', async () => {
    const { stream, stored, put } = givenDelivery();
    stream.put(Buffer.from('late'), new Date('2026-11-22T00:00:01Z'));
    put('early');
    await stream.flush();
    expect(stored[0]?.key).toContain('ingest_date=2026-11-21/');
  });

  it('has nothing to deliver when nothing came', async () => {
    const { stream, stored } = givenDelivery();
    await stream.flush();
    expect(stored).toEqual([]);
  });

  it('rejects prefixes that AWS would not deploy', () => {
    expect(() => givenDelivery({ errorPrefix: 'errors/' })).toThrow(/error-output-type/);
    expect(() => givenDelivery({ prefix: '!{partitionKeyFromQuery:x}/' })).toThrow(
      /!\{partitionKeyFromQuery:x\} is unsupported/,
    );
  });
});

describe('a prefix', () => {
  it.each([
    ['a/!{timestamp:yyyy/MM/dd/HH}/', 'a/2026/11/21/23/'],
    ["!{timestamp:'day='yyyyMMdd}/x=!{timestamp:mm-ss}/", 'day=20261121/x=59-58/'],
    ['plain/', 'plain/2026/11/21/23/'],
    ['', '2026/11/21/23/'],
  ])('%s becomes %s', (prefix, expected) => {
    expect(evaluatePrefix(prefix, arrival)).toBe(expected);
  });

  it('holds a random string of eleven characters, another one each time', () => {
    const one = evaluatePrefix('!{firehose:random-string}/', arrival);
    expect(one).toMatch(/^[a-z0-9]{11}\/$/);
    expect(evaluatePrefix('!{firehose:random-string}/', arrival)).not.toBe(one);
  });

  it('names the kind of error in an error prefix', () => {
    expect(evaluatePrefix('e/!{firehose:error-output-type}/', arrival, 'processing-failed')).toBe(
      'e/processing-failed/',
    );
  });

  it.each(['!{timestamp:yyyy-DDD}', '!{firehose:error-output-type}', '!{other:x}'])(
    'that holds %s is rejected',
    (prefix) => {
      expect(() => evaluatePrefix(prefix, arrival)).toThrow(/unsupported/);
    },
  );
});

describe('the Firehose API', () => {
  const base64 = (text: string) => ({ Data: Buffer.from(text).toString('base64') });

  function givenApi(faults = {}) {
    const direct = givenDelivery();
    const fromStream = givenDelivery({ name: 'from-stream', sourceStream: 'events' });
    const api = createFirehoseApi(
      new Map([direct, fromStream].map((each) => [each.settings.name, each])),
      faults,
    );
    const putBatch = async (DeliveryStreamName: string, ...Records: object[]) =>
      api.PutRecordBatch?.({ DeliveryStreamName, Records });
    return { direct, api, putBatch };
  }

  it('lists its delivery streams by name, in pages', async () => {
    const { api } = givenApi();
    const list = async (input: object) => api.ListDeliveryStreams?.({ ...input });
    await expect(list({})).resolves.toEqual({
      DeliveryStreamNames: ['from-stream', 'sessions-usa'],
      HasMoreDeliveryStreams: false,
    });
    await expect(list({ Limit: 1 })).resolves.toEqual({
      DeliveryStreamNames: ['from-stream'],
      HasMoreDeliveryStreams: true,
    });
    const next = { ExclusiveStartDeliveryStreamName: 'from-stream', Limit: 1 };
    await expect(list(next)).resolves.toEqual({
      DeliveryStreamNames: ['sessions-usa'],
      HasMoreDeliveryStreams: false,
    });
    await expect(list({ DeliveryStreamType: 'DirectPut' })).resolves.toMatchObject({
      DeliveryStreamNames: ['sessions-usa'],
    });
  });

  it('takes single records and batches', async () => {
    const { direct, api, putBatch } = givenApi();
    await api.PutRecord?.({ DeliveryStreamName: 'sessions-usa', Record: base64('a\n') });
    await expect(putBatch('sessions-usa', base64('b\n'), base64('c\n'))).resolves.toMatchObject({
      FailedPutCount: 0,
      RequestResponses: [{ RecordId: expect.any(String) }, { RecordId: expect.any(String) }],
    });
    await direct.stream.flush();
    expect(direct.texts()).toEqual(['a\nb\nc\n']);
  });

  it.each([
    ['an unknown name', 'other', [base64('a')], 'ResourceNotFoundException'],
    ['one that reads from a stream', 'from-stream', [base64('a')], 'InvalidArgumentException'],
    ['no record', 'sessions-usa', [], 'InvalidArgumentException'],
    ['501 records', 'sessions-usa', new Array(501).fill(base64('')), 'InvalidArgumentException'],
    [
      'a record beyond 1,000 KiB',
      'sessions-usa',
      [base64('x'.repeat(1_024_001))],
      'InvalidArgumentException',
    ],
    [
      'more than 4 MiB',
      'sessions-usa',
      new Array(5).fill(base64('x'.repeat(1_000_000))),
      'InvalidArgumentException',
    ],
  ])('rejects %s', async (_, name, records, error) => {
    const { direct, putBatch } = givenApi();
    await expect(putBatch(name, ...records)).rejects.toMatchObject({ name: error });
    expect(direct.stream.counts.received).toBe(0);
  });

  it('reports the entries that fail by the plan of faults, and takes the others', async () => {
    let entry = 0;
    const { direct, putBatch } = givenApi({ failsEntry: () => entry++ === 0 });
    await expect(putBatch('sessions-usa', base64('a'), base64('b'))).resolves.toMatchObject({
      FailedPutCount: 1,
      RequestResponses: [{ ErrorCode: 'ServiceUnavailableException' }, { RecordId: 'local-1' }],
    });
    expect(direct.stream.counts.received).toBe(1);
  });
});
