import type { StreamRecord } from '../kinesis/records.ts';

export type OnUnmatched = (streamName: string, record: StreamRecord) => void;

/** Notes what one of a stream's mappings makes of a record. */
export type OnFiltered = (streamName: string, record: StreamRecord, passes: boolean) => void;

/** Finds the records that no mapping of their stream lets through its filter: they reach no function. */
export function findUnmatched(
  mappings: readonly { streamName: string }[],
  onUnmatched: OnUnmatched,
): OnFiltered {
  const readers = Map.groupBy(mappings, ({ streamName }) => streamName);
  const open = new Map<string, { seen: number; passes: boolean }>();
  return (streamName, record, passes) => {
    const key = `${streamName}/${record.shardId}/${record.sequenceNumber}`;
    const { seen, passes: passed } = open.get(key) ?? { seen: 0, passes: false };
    if (seen + 1 < (readers.get(streamName)?.length ?? 0)) {
      open.set(key, { seen: seen + 1, passes: passed || passes });
      return;
    }
    open.delete(key);
    if (!passed && !passes) onUnmatched(streamName, record);
  };
}
