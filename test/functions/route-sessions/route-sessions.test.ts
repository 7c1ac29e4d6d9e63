import type { KeyedRecord } from '../../../core/kinesis/records.ts';
import type { WriteReport } from '../../../core/kinesis/write-records.ts';
import { splitRecord } from '../../../core/sessions/pack-records.ts';
import { routeSessions } from '../../../functions/route-sessions/route-sessions.ts';
import { received } from '../enrich-sessions/fixtures.ts';

const event = (n: number) => ({ session_id: `s${n}`, n, filling: 'x'.repeat(400) });

/** Routes records; those packed records are lost for which `isLost` says so. */
async function route(
  records: ReturnType<typeof received>,
  isLost: (record: KeyedRecord) => boolean = () => false,
) {
  const written: KeyedRecord[] = [];
  const logged: object[] = [];
  const answer = await routeSessions(
    records,
    {
      async writeSegment(packed): Promise<WriteReport> {
        written.push(...packed.filter((record) => !isLost(record)));
        const unplaced = [...packed.keys()].filter((i) => isLost(packed[i] as KeyedRecord));
        return { unplaced, calls: 1, errors: {} };
      },
      log: (counts) => void logged.push(counts),
    },
    () => 1_000,
  );
  return { answer, written, counts: logged[0] };
}

const numbersIn = ({ data }: KeyedRecord): number[] =>
  splitRecord(data).map((bytes) => JSON.parse(bytes.toString()).n);

describe('routeSessions', () => {
  const records = received(...Array.from({ length: 300 }, (_, i) => event(i)));

  it('passes every event on once, in records of 5 KB and more', async () => {
    const { answer, written, counts } = await route(records);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(written.flatMap(numbersIn).sort((a, b) => a - b)).toEqual([...records.keys()]);
    for (const { data } of written) expect(data.length).toBeGreaterThanOrEqual(5 * 1024);
    expect(counts).toEqual({
      received: 300,
      routed: 300,
      unsent: 0,
      records: written.length,
      errors: {},
    });
  });

  it('keeps the bytes of each event', async () => {
    const odd = '{"session_id":"a", "n": 1.0e3,"u":"\\u00e9"}';
    const { written } = await route(received(odd));
    expect(written[0]?.data.toString()).toBe(`${odd}\n`);
  });

  it('reports the first event of the first packed record that was not written', async () => {
    const all = (await route(records)).written;
    const lost = all.slice(2).map(({ partitionKey }) => partitionKey);
    const { answer, counts } = await route(records, ({ partitionKey }) =>
      lost.includes(partitionKey),
    );
    const unsent = all.slice(2).flatMap(numbersIn);
    expect(answer.batchItemFailures).toEqual([
      { itemIdentifier: String(101 + Math.min(...unsent)) },
    ]);
    expect(counts).toMatchObject({ unsent: unsent.length, routed: 300 - unsent.length });
  });

  it('acknowledges nothing when nothing was written', async () => {
    const { answer } = await route(records, () => true);
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: '101' }]);
  });
});
