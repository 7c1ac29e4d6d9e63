import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRandom } from 'seeded-random';
import { openEnvelope } from '../../../core/sessions/envelopes.ts';
import { splitLines } from '../../../core/sessions/lines.ts';
import {
  EnvelopePacker,
  type PackedEnvelope,
  packEnvelopes,
} from '../../../core/sessions/pack-envelopes.ts';
import { type Given, pack } from './packing.ts';

const root = join(import.meta.dirname, '../../..');

/** Events of any size, by 300 sessions; now and then one that is larger than an envelope. */
function givenBatch(seed: number, count: number): Given[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, n) => {
    const size = random.chance(0.002) ? random.int(520_000, 700_000) : random.int(0, 3_000);
    return { session: `s${random.int(0, 300)}`, text: `{"n":${n},"x":"${'y'.repeat(size)}"}` };
  });
}

const textsIn = (data: Buffer) => splitLines(openEnvelope(data)?.events ?? data).map(String);

describe('A packer', () => {
  it('holds every event of a batch, at its number, and nothing of the batches before', () => {
    const packer = new EnvelopePacker(16);
    for (const [seed, count] of [
      [1, 3_000],
      [2, 1],
      [3, 0],
      [4, 5_000],
      [5, 40],
    ] as const) {
      const batch = givenBatch(seed, count);
      const packed = pack(packer, batch);
      const found = packed.flatMap(({ data, events }) => {
        const texts = textsIn(data);
        return events.map((n, i) => [n, texts[i] as string] as const);
      });
      expect(found.length).toBe(count);
      expect(new Map(found)).toEqual(new Map(batch.map(({ text }, n) => [n, text])));
    }
  });

  it('keeps the order of a bucket around an event that is larger than an envelope', () => {
    const large = `{"x":"${'y'.repeat(600_000)}"}`;
    const texts = ['{"n":1}', large, '{"n":2}', large, large, '{"n":3}'];
    const packed = pack(
      new EnvelopePacker(4),
      texts.map((text) => ({ session: 'a', text })),
    );
    expect(packed.flatMap(({ data }) => textsIn(data))).toEqual(texts);
    expect(packed.map(({ events }) => events)).toEqual([[0], [1], [2], [3], [4], [5]]);
  });

  it('makes of events what it makes of events that are written already', () => {
    const batch = givenBatch(7, 2_000);
    const events = batch.map(({ session, text }) => ({
      data: Buffer.from(`${text}\r\n`),
      partitionKey: session,
      segment: 'usa',
    }));
    // Jest compares buffers byte by byte in JavaScript.
    const inHex = ({ data, ...rest }: PackedEnvelope) => ({
      ...rest,
      data: Buffer.from(data).toString('hex'),
    });
    expect(pack(new EnvelopePacker(8), batch).map(inHex)).toEqual(
      packEnvelopes(events, 8).map(inHex),
    );
  });

  it('forgets a batch that failed', () => {
    const packer = new EnvelopePacker(4);
    packer.room(10, 'usa', 'a');
    packer.room(600_000, 'usa', 'b');
    packer.reset();
    const packed = pack(packer, [{ session: 'c', text: '{"n":1}' }]);
    expect(packed.map(({ events }) => events)).toEqual([[0]]);
    expect(packed.flatMap(({ data }) => textsIn(data))).toEqual(['{"n":1}']);
  });

  it('fills envelopes to their last byte, and not beyond', () => {
    const text = `"${'x'.repeat(1_021)}"`;
    const packed = pack(
      new EnvelopePacker(4),
      Array.from({ length: 513 }, () => ({ session: 'a', text })),
    );
    expect(packed.map(({ events }) => events.length)).toEqual([512, 1]);
    expect(openEnvelope(packed[0]?.data as Buffer)?.events.length).toBe(512 * 1024);
  });

  it('keeps little memory, however many buckets the events of a batch are in', async () => {
    const { stdout } = await promisify(execFile)(
      join(root, 'node_modules/.bin/node'),
      [join(import.meta.dirname, 'memory-child.ts')],
      { cwd: root },
    );
    expect(JSON.parse(stdout)).toBeLessThan(32 * 1024 * 1024);
  });
});
