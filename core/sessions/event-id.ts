/**
 * The id that enrichment gives an event: shard number, dash, sequence number, such as
 * `3-49590338271490256608559692538361571095921575989136588898`. It depends on the position in the
 * source alone, so a copy has the same id, and a person reads the position off it. `part` counts the
 * events of an aggregated record, from 1 on: `3-4959…#2` is the second one.
 */
export function eventIdOf(shardId: string, sequenceNumber: string, part?: number): string {
  return eventIdPrefixOf(shardId) + eventIdRestOf(sequenceNumber, part);
}

/** The number of an event in its aggregated record; 0 of one that is a record of its own. */
export const partOf = (eventId: string): number => Number(/#(\d+)$/.exec(eventId)?.[1] ?? 0);

/** The part that all events of a shard have in common, such as `3-`. */
export function eventIdPrefixOf(shardId: string): string {
  if (shardId !== last.shardId) {
    Object.assign(last, { shardId, prefix: `${shardNumberOf(shardId)}-` });
  }
  return last.prefix;
}

/** All records of a batch are of one shard. */
const last = { shardId: '', prefix: '-' };

export const eventIdRestOf = (sequenceNumber: string, part?: number): string =>
  part === undefined ? sequenceNumber : `${sequenceNumber}#${part}`;

const PREFIX = 'shardId-';

// Kinesis numbers its shards `shardId-000000000003`; any other name is kept whole.
function shardNumberOf(shardId: string): string {
  if (!shardId.startsWith(PREFIX)) return shardId;
  let from = PREFIX.length;
  while (from < shardId.length - 1 && shardId.charCodeAt(from) === 0x30) from++;
  return shardId.slice(from);
}
