import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { ServiceUnavailable } from '../errors.ts';
import { thousands } from '../terminal/thousands.ts';
import { Pace } from './pace.ts';
import type { KeyedRecord } from './records.ts';
import { PUT_RECORDS } from './send-queue.ts';
import { recordBytesOf, type WriteReport, writeRecords } from './write-records.ts';

/** What is written together, and what may wait behind it. */
const CHUNK = { records: 5_000, bytes: 8 * 1024 * 1024 };

/** As many records in a row without one that was stored: the stream is down, not only throttled. */
const STOP_AFTER = PUT_RECORDS.records;

/** So long no record of a chunk is stored until the rest of it counts as lost. */
const PATIENCE_MS = 10_000;

/** Why a record was not sent that was in flight, or waited, when the writing ended. */
const STOPPED = 'sending had stopped';
const NO_RESPONSE = 'no response';
export const TOO_LARGE = `over ${thousands(PUT_RECORDS.recordBytes)} bytes with its key`;

/** Kinesis takes no such record: a call with one fails as a whole. */
export const isTooLarge = (record: KeyedRecord): boolean =>
  recordBytesOf(record) > PUT_RECORDS.recordBytes;

/** Where a stream has stored a record. */
export interface StoredAt {
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/** The result of a chunk; `lost` holds indices, `why` the error codes of those that were not stored. */
export interface Written<T> {
  readonly records: readonly T[];
  readonly lost: ReadonlySet<number>;
  readonly why: string;
  readonly storedAt: ReadonlyMap<T, StoredAt>;
}

export interface Sender<T> {
  /** Takes records, in their order; resolves when more are welcome. Throws what ended the writing. */
  add(records: readonly T[]): Promise<void>;
  /** Resolves when all that was added is written; throws as `add`. */
  end(): Promise<void>;
}

/**
 * Writes records to a stream while more are read: whatever has come until a call is free goes with
 * it, so that a trickle is not held up and a flood fills its calls. Each record is reported once. A
 * record that stays unsent loses those of its key in the same chunk, and no others; one that is too
 * large with its key loses none.
 */
export function createSender<T extends KeyedRecord>(
  kinesis: KinesisClient,
  streamName: string,
  onWritten: (written: Written<T>) => void,
  patienceMs = PATIENCE_MS,
): Sender<T> {
  const pace = new Pace();
  let waiting: T[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let chunk: Promise<void> | undefined;
  let lostInARow = 0;
  let failure: { error: unknown } | undefined;

  const write = (records: readonly T[], storedAt: Map<T, StoredAt>): Promise<WriteReport> => {
    let lastStored = performance.now();
    return writeRecords(records, {
      limits: PUT_RECORDS,
      acknowledges: 'each',
      pace,
      deadline: () => patienceMs - (performance.now() - lastStored),
      marginMs: 0,
      async send(batch, abortSignal) {
        const command = new PutRecordsCommand({
          StreamName: streamName,
          Records: batch.map(({ partitionKey, data, explicitHashKey }) => ({
            PartitionKey: partitionKey,
            Data: data,
            ...(explicitHashKey !== undefined && { ExplicitHashKey: explicitHashKey }),
          })),
        });
        const { Records = [] } = await kinesis.send(command, { abortSignal });
        if (Records.some(({ ErrorCode }) => !ErrorCode)) lastStored = performance.now();
        return Records.map(({ ErrorCode, ShardId = '', SequenceNumber = '' }, i) => {
          if (ErrorCode) return { errorCode: ErrorCode };
          storedAt.set(batch[i] as T, { shardId: ShardId, sequenceNumber: SequenceNumber });
          return undefined;
        });
      },
    });
  };

  async function writeChunk(): Promise<void> {
    const records = waiting.splice(0, chunkLength(waiting));
    waitingBytes -= bytesOf(records);
    const storedAt = new Map<T, StoredAt>();
    const report = await write(records, storedAt);
    const lost = new Set(report.unplaced);
    const silence = report.failure === undefined ? NO_RESPONSE : STOPPED;
    const why = Object.keys(report.errors).join(', ') || silence;
    if (report.failure !== undefined) failure = { error: report.failure };
    lostInARow = lost.size === records.length ? lostInARow + lost.size : 0;
    if (failure === undefined && lostInARow >= STOP_AFTER) {
      failure = { error: new ServiceUnavailable(`The stream takes nothing: ${why}`) };
    }
    onWritten({ records, lost, why, storedAt });
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0 && !failure) {
      chunk = writeChunk().catch((error) => {
        failure = { error };
      });
      await chunk;
    }
    giveUp(waiting, STOPPED);
    waiting = [];
    waitingBytes = 0;
    writing = undefined;
  }

  function giveUp(records: readonly T[], why: string): void {
    if (records.length === 0) return;
    onWritten({ records, lost: new Set(records.keys()), why, storedAt: new Map() });
  }

  return {
    async add(added) {
      giveUp(added.filter(isTooLarge), TOO_LARGE);
      const records = added.filter((record) => !isTooLarge(record));
      if (failure) giveUp(records, STOPPED);
      else if (records.length > 0) {
        waiting = waiting.concat(records);
        waitingBytes += bytesOf(records);
        writing ??= writeAll();
        while (waiting.length > CHUNK.records || waitingBytes > CHUNK.bytes) await chunk;
      }
      if (failure) throw failure.error;
    },
    async end() {
      await writing;
      if (failure) throw failure.error;
    },
  };
}

function chunkLength(records: readonly KeyedRecord[]): number {
  let bytes = 0;
  const over = records.findIndex(({ data }, i) => {
    bytes += data.length;
    return i === CHUNK.records || (i > 0 && bytes > CHUNK.bytes);
  });
  return over === -1 ? records.length : over;
}

const bytesOf = (records: readonly KeyedRecord[]): number =>
  records.reduce((sum, { data }) => sum + data.length, 0);
