import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { KeyedRecord } from '../../../core/kinesis/records.ts';
import type { WriteReport } from '../../../core/kinesis/write-records.ts';
import { readEnvelope } from '../../../core/sessions/envelopes.ts';
import { splitLines } from '../../../core/sessions/lines.ts';
import { packEnvelopes } from '../../../core/sessions/pack-envelopes.ts';
import { routeSessions } from '../../../functions/route-sessions/route-sessions.ts';
import type { RoutedCounts } from '../../../functions/runtime/metrics.ts';
import { PlacedRecords } from '../../../functions/runtime/placed-records.ts';
import { RecordData } from '../../../functions/runtime/record-data.ts';
import type { StreamRecord } from '../../../functions/runtime/stream-event.ts';

const event = (n: number) => ({
  partitionKey: `s${n % 50}`,
  segment: 'usa',
  data: Buffer.from(JSON.stringify({ session_id: `s${n % 50}`, n, filling: fillings[n % 300] })),
});
/** What gzip halves at the most. */
const fillings = Array.from({ length: 300 }, () => randomBytes(200).toString('hex'));

/** The records of a shard of the enriched stream, 101, 102 and so on. */
const received = (...records: { partitionKey: string; data: Uint8Array }[]): StreamRecord[] =>
  records.map(({ partitionKey, data }, i) => ({
    eventID: `shardId-000000000003:${101 + i}`,
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/sessions-enriched',
    kinesis: {
      sequenceNumber: String(101 + i),
      partitionKey,
      data: Buffer.from(data).toString('base64'),
    },
  }));

const dataOf = ({ kinesis }: StreamRecord): Buffer => Buffer.from(kinesis.data, 'base64');

/** Envelopes as several batches of enrichment wrote them. */
const envelopes = (count: number, batch: number) =>
  Array.from({ length: count / batch }, (_, b) =>
    packEnvelopes(
      Array.from({ length: batch }, (_, i) => event(b * batch + i)),
      4,
    ),
  ).flat();

/** Routes records; those packed records are lost for which `isLost` says so. */
async function route(
  records: StreamRecord[],
  isLost: (record: KeyedRecord) => boolean = () => false,
  placed = new PlacedRecords(),
) {
  const written: KeyedRecord[] = [];
  const logged: RoutedCounts[] = [];
  const response = await routeSessions(
    records,
    {
      segment: 'usa',
      async writeSegment(packed): Promise<WriteReport> {
        written.push(...packed.filter((record) => !isLost(record)));
        const unplaced = [...packed.keys()].filter((i) => isLost(packed[i] as KeyedRecord));
        return { unplaced, calls: 1, errors: {} };
      },
      recordData: new RecordData(),
      placed,
      log: (counts) => void logged.push(counts),
    },
    () => 1_000,
  );
  return { response, written, counts: logged[0] };
}

/** As any reader of gzip sees a record. */
const linesIn = ({ data }: KeyedRecord) => splitLines(gunzipSync(data));
const numbersIn = (record: KeyedRecord): number[] =>
  linesIn(record).map((bytes) => JSON.parse(bytes.toString()).n);

describe('routeSessions', () => {
  const records = received(...envelopes(300, 30));

  it('passes every event of envelopes on once, in records of 5 KB and more', async () => {
    const { response, written, counts } = await route(records);
    expect(response).toEqual({ batchItemFailures: [] });
    expect(written.flatMap(numbersIn).sort((a, b) => a - b)).toEqual([...Array(300).keys()]);
    expect(written).toHaveLength(4);
    for (const { data } of written) expect(data.length).toBeGreaterThanOrEqual(5 * 1024);
    expect(counts).toEqual({
      received: 300,
      routed: 300,
      skipped: 0,
      unplaced: 0,
      unrouted: 0,
      unreadable: 0,
      records: 4,
      errors: {},
    });
  });

  it('keeps each session in its order, under the key and in the place of its bucket', async () => {
    const { written } = await route(records);
    const last = new Map<string, number>();
    for (const record of written) {
      const { partitionKey, explicitHashKey } = record;
      expect(partitionKey).toMatch(/^usa-[0-3]-of-4$/);
      expect(explicitHashKey).toMatch(/^\d{30,}$/);
      for (const line of linesIn(record)) {
        const { session_id, n } = JSON.parse(line.toString());
        expect(n).toBeGreaterThan(last.get(session_id) ?? -1);
        last.set(session_id, n);
      }
    }
  });

  it('passes single events on: those too large for an envelope, and those of older versions', async () => {
    const odd = '{"session_id":"a", "n": 1.0e3,"u":"\\u00e9","segment":"usa"}';
    const { written, counts } = await route(
      received({ partitionKey: 'a', data: Buffer.from(`${odd}\n`) }),
    );
    expect(written).toEqual([{ partitionKey: 'a', data: expect.any(Buffer), from: [0] }]);
    expect(gunzipSync((written[0] as KeyedRecord).data).toString()).toBe(`${odd}\n`);
    expect(counts).toMatchObject({ received: 1, routed: 1, unreadable: 0 });
  });

  it.each([
    '{"segment":"usa","bucket":"usa-0-of-4","count":7,"events":"oops"}',
    '{"segment":"usa","bucket":"usa-0-of-4","count":7,"encoding":"gzip","crc32":1,"events":"H4sI"}',
  ])('passes a damaged envelope on as a line, and counts it: %s', async (damaged) => {
    const { response, written, counts } = await route(
      received({ partitionKey: 'x', data: Buffer.from(damaged) }, ...envelopes(30, 30)),
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(written.flatMap(linesIn).map(String)).toContain(damaged);
    expect(counts).toMatchObject({ received: 31, routed: 31, unreadable: 1 });
  });

  it('passes events of a segment without a router on, and counts them', async () => {
    const removed = packEnvelopes(
      Array.from({ length: 3 }, (_, n) => ({ ...event(n), segment: 'canada' })),
      4,
    );
    const single = { partitionKey: 'a', data: Buffer.from('{"n":3,"segment":"canada"}') };
    const none = { partitionKey: 'b', data: Buffer.from('{"n":4}') };
    const given = received(...removed, single, none, ...envelopes(30, 30));
    const { written, counts } = await route(given);
    expect(written.flatMap(numbersIn)).toHaveLength(35);
    expect(counts).toMatchObject({ received: 35, routed: 35, unrouted: 5, unreadable: 0 });
    const lost = await route(given, ({ partitionKey }) => partitionKey === 'a');
    expect(lost.counts).toMatchObject({ routed: 34, unrouted: 4, unplaced: 1 });
  });

  it('passes compressed events on byte for byte: records, one behind another, are a gzip file', async () => {
    const { written } = await route(records);
    const file = Buffer.concat(written.map(({ data }) => data as Buffer));
    expect(splitLines(gunzipSync(file))).toEqual(written.flatMap(linesIn));
    const members = records.map((record) => readEnvelope(dataOf(record))?.member as Buffer);
    expect(file.length).toBe(members.reduce((sum, member) => sum + member.length, 0));
    for (const member of members) expect(file.includes(member)).toBe(true);
  });

  it('acknowledges up to the first envelope of a packed record that was not written', async () => {
    const lost = 'usa-2-of-4';
    const { response, counts } = await route(records, ({ partitionKey }) => partitionKey === lost);
    const first = records.findIndex(({ kinesis }) => kinesis.partitionKey === lost);
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: String(101 + first) }]);
    const unplaced = records
      .filter(({ kinesis }) => kinesis.partitionKey === lost)
      .reduce((sum, record) => sum + JSON.parse(dataOf(record).toString()).count, 0);
    expect(counts).toMatchObject({ unplaced, routed: 300 - unplaced });
  });

  it('does not write what it has placed behind a gap again when that is redelivered to it', async () => {
    const placed = new PlacedRecords();
    const isLost = ({ partitionKey }: KeyedRecord) => partitionKey === 'usa-2-of-4';
    const first = await route(records, isLost, placed);
    const from = Number(first.response.batchItemFailures[0]?.itemIdentifier) - 101;
    const second = await route(records.slice(from), undefined, placed);
    expect(second.response).toEqual({ batchItemFailures: [] });
    const numbers = [...first.written, ...second.written].flatMap(numbersIn);
    expect(numbers.sort((a, b) => a - b)).toEqual([...Array(300).keys()]);
    expect(second.counts?.skipped).toBeGreaterThan(100);
  });

  it('acknowledges nothing when nothing was written', async () => {
    const { response } = await route(records, () => true);
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: '101' }]);
  });
});
