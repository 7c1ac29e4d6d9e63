import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { createContact } from '../contact.ts';
import { ServiceUnavailable } from '../errors.ts';
import type { KeyedRecord } from './records.ts';
import { PUT_RECORDS } from './send-queue.ts';
import { type WriteReport, writeRecords } from './write-records.ts';

/** What is written together, and what may wait behind it. */
const CHUNK = { records: 5_000, bytes: 8 * 1024 * 1024 };

/** Why a record did not arrive that was under way, or waited, when the writing ended. */
const GIVEN_UP = 'given up then';

/** What became of a chunk; `lost` holds indices, `why` says what kept them from arriving. */
export interface Written<T> {
  readonly records: readonly T[];
  readonly lost: ReadonlySet<number>;
  readonly why: string;
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
 * record that is given up loses those of its key in the same chunk, and no others.
 */
export function createSender<T extends KeyedRecord>(
  kinesis: KinesisClient,
  streamName: string,
  onWritten: (written: Written<T>) => void,
): Sender<T> {
  const contact = createContact();
  let waiting: T[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let chunk: Promise<void> | undefined;
  let failure: { error: unknown } | undefined;

  const write = (records: readonly T[]): Promise<WriteReport> =>
    writeRecords(records, {
      limits: PUT_RECORDS,
      afterLoss: 'continue',
      async send(batch, abortSignal) {
        const command = new PutRecordsCommand({
          StreamName: streamName,
          Records: batch.map(({ partitionKey, data }) => ({
            PartitionKey: partitionKey,
            Data: data,
          })),
        });
        const { Records = [] } = await contact(() => kinesis.send(command, { abortSignal }));
        return Records.map(({ ErrorCode }) => (ErrorCode ? { errorCode: ErrorCode } : undefined));
      },
    });

  async function writeChunk(): Promise<void> {
    const records = waiting.splice(0, chunkLength(waiting));
    waitingBytes -= bytesOf(records);
    const report = await write(records);
    const lost = new Set(report.unplaced);
    const why = Object.keys(report.errors).join(', ') || GIVEN_UP;
    if (report.failure !== undefined) failure = { error: report.failure };
    else if (lost.size === records.length) {
      failure = { error: new ServiceUnavailable(`The stream takes nothing: ${why}`) };
    }
    onWritten({ records, lost, why });
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0 && !failure) {
      chunk = writeChunk().catch((error) => {
        failure = { error };
      });
      await chunk;
    }
    giveUp(waiting);
    waiting = [];
    waitingBytes = 0;
    writing = undefined;
  }

  function giveUp(records: readonly T[]): void {
    if (records.length === 0) return;
    onWritten({ records, lost: new Set(records.keys()), why: GIVEN_UP });
  }

  return {
    async add(records) {
      if (failure) giveUp(records);
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
