import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { isPartitionKey, type KeyedRecord } from '../../core/kinesis/records.ts';
import { isTooLarge, TOO_LARGE } from '../../core/kinesis/sender.ts';
import { envelopeRecord } from '../../core/sessions/envelopes.ts';

/** Why an event cannot be sent; `detail` is what the JSON parser says. */
export interface Unsendable {
  readonly unsendable: string;
  readonly detail?: string;
}

/**
 * A record of these bytes, as they are, under their session id: what has none cannot be put in its
 * session's order. Whether the event is a valid one is for enrichment to say.
 */
export function toRecord(data: Buffer): KeyedRecord | Unsendable {
  const session = readSessionId(data);
  if (typeof session !== 'string') return session;
  return sendable({ data, partitionKey: session });
}

/** A record of any bytes: an envelope under its bucket, what has no session id under a key of its own. */
export function toRecordUnchecked(data: Buffer): KeyedRecord | Unsendable {
  const envelope = envelopeRecord(data);
  if (envelope !== undefined) return envelope;
  const session = readSessionId(data);
  const partitionKey =
    typeof session === 'string'
      ? session
      : createHash('sha256').update(data).digest('base64url').slice(0, 22);
  return sendable({ data, partitionKey });
}

const sendable = (record: KeyedRecord): KeyedRecord | Unsendable =>
  isTooLarge(record) ? { unsendable: TOO_LARGE } : record;

function readSessionId(data: Buffer): string | Unsendable {
  if (!isUtf8(data)) return { unsendable: 'no UTF-8' };
  let event: unknown;
  try {
    event = JSON.parse(data.toString());
  } catch (error) {
    return { unsendable: 'no JSON', detail: (error as Error).message };
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return { unsendable: 'no JSON object' };
  }
  const { session_id: id } = event as { session_id?: unknown };
  if (id === undefined || id === null) return { unsendable: 'no session_id' };
  if (typeof id !== 'string' || !isPartitionKey(id) || !id.isWellFormed()) {
    return { unsendable: 'session_id is no string of 1 to 256 characters' };
  }
  return id;
}
