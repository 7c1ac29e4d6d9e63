import type { EnvelopePacker, PackedEnvelope } from '../../../core/sessions/pack-envelopes.ts';

export interface Given {
  session: string;
  text: string;
}

export function pack(packer: EnvelopePacker, batch: readonly Given[]): PackedEnvelope[] {
  for (const { session, text } of batch) {
    const { bytes, at } = packer.room(Buffer.byteLength(text), 'usa', session);
    bytes.write(text, at);
  }
  return packer.finish();
}
