// Packs a batch of many buckets three times and prints what memory the packer keeps. A process of its own:
// the buffers make V8 collect garbage often, among all that the process holds.
import { setTimeout as sleep } from 'node:timers/promises';
import { collectGarbage } from '../../../bench/collect-garbage.ts';
import { EnvelopePacker } from '../../../core/sessions/pack-envelopes.ts';
import { pack } from './packing.ts';

/** Of buffers, when those that nobody holds are freed, which V8 does behind the program's back. */
async function bytesInUse(): Promise<number> {
  let inUse = Number.POSITIVE_INFINITY;
  for (;;) {
    collectGarbage();
    await sleep(50);
    const { arrayBuffers } = process.memoryUsage();
    if (arrayBuffers >= inUse) return inUse;
    inUse = arrayBuffers;
  }
}

const packer = new EnvelopePacker(4_096);
const batch = Array.from({ length: 4_000 }, (_, n) => ({
  session: `s${n}`,
  text: `{"n":${n},"x":"${'y'.repeat(20_000)}"}`,
}));
const before = await bytesInUse();
for (let i = 0; i < 3; i++) pack(packer, batch);
console.log((await bytesInUse()) - before);
// V8 frees what nobody uses any more: the packer is in use until here.
packer.reset();
