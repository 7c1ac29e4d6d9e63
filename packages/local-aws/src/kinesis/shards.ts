// biome-ignore lint/suspicious/noExplicitAny: inputs and responses of many actions, each read where it is used
export type Json = any;

export type Call = (action: string, input: object) => Promise<Json>;

export interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly HashKeyRange: { readonly StartingHashKey: string; readonly EndingHashKey: string };
  readonly SequenceNumberRange: { readonly EndingSequenceNumber?: string };
}

export const isOpen = ({ SequenceNumberRange }: Shard): boolean =>
  SequenceNumberRange.EndingSequenceNumber === undefined;

export async function untilActive(call: Call, StreamName: string): Promise<void> {
  for (;;) {
    const { StreamDescriptionSummary } = await call('DescribeStreamSummary', { StreamName });
    if (StreamDescriptionSummary.StreamStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
