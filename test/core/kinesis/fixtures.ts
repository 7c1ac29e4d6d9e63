import { createRandom } from 'seeded-random';
import { PUT_RECORDS } from '../../../core/kinesis/send-queue.ts';
import {
  type EntryResult,
  type WritableRecord,
  type WriterOptions,
  writeRecords,
} from '../../../core/kinesis/write-records.ts';
import { VirtualClock } from '../../fixtures/virtual-clock.ts';

export interface Sent extends WritableRecord {
  readonly id: number;
}

/** A record of a key with its number; `bytes` of data. */
export const record = (id: number, partitionKey?: string, bytes = 10): Sent => ({
  id,
  data: Buffer.alloc(bytes),
  ...(partitionKey === undefined ? {} : { partitionKey }),
});

/** A stream that keeps what arrives, responds after `latencyMs`, and fails as it is set to. */
export class FakeStream {
  readonly arrived: Sent[] = [];
  readonly calls: Sent[][] = [];
  inFlight = 0;
  mostInFlight = 0;
  readonly clock: VirtualClock;
  latencyMs = 10;
  /** Whether an entry fails, and with what. */
  failEntry: (record: Sent, call: number) => string | undefined = () => undefined;
  /** Whether a whole call fails, before anything is stored or after. */
  failCall: (call: number) => { error: Error; isStored: boolean } | undefined = () => undefined;

  /** How many entries of a call are stored. */
  takesOfCall = Number.POSITIVE_INFINITY;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  send = async (records: readonly Sent[]): Promise<EntryResult[]> => {
    const call = this.calls.push([...records]) - 1;
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const fault = this.failCall(call);
    const results = records.map((record, i) => {
      const isOver = i >= this.takesOfCall;
      const errorCode = isOver ? 'Throttled' : this.failEntry(record, call);
      if (errorCode === undefined && (fault === undefined || fault.isStored)) {
        this.arrived.push(record);
      }
      return errorCode === undefined ? undefined : { errorCode };
    });
    await this.clock.sleep(this.latencyMs);
    this.inFlight--;
    if (fault !== undefined) throw fault.error;
    return results;
  };

  /** The ids of a key in the order of their first arrival. */
  firstArrivals(key: string): number[] {
    const ids = this.arrived.filter(({ partitionKey }) => partitionKey === key).map(({ id }) => id);
    return [...new Set(ids)];
  }

  /** What the API would reject: too many records, too many bytes, or one too large. */
  get violations(): number {
    const sizeOf = ({ data, partitionKey = '' }: Sent) => data.length + partitionKey.length;
    return this.calls.filter(
      (call) =>
        call.length === 0 ||
        call.length > PUT_RECORDS.records ||
        call.some((record) => sizeOf(record) > PUT_RECORDS.recordBytes) ||
        call.reduce((sum, record) => sum + sizeOf(record), 0) > PUT_RECORDS.requestBytes,
    ).length;
  }
}

/** An error as the SDK throws it. */
export const named = (name: string, httpStatusCode = 400) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

export const records = (count: number, sessions = count) =>
  Array.from({ length: count }, (_, i) => record(i, `s-${i % sessions}`));

/** A writer before a fake stream, in virtual time. */
export function given(options: Partial<WriterOptions<Sent>> = {}, seed = 1) {
  const clock = new VirtualClock();
  const stream = new FakeStream(clock);
  const random = createRandom(seed).next;
  const write = (records: readonly Sent[], more: Partial<WriterOptions<Sent>> = {}) => {
    const fakes = { send: stream.send, limits: PUT_RECORDS, sleep: clock.sleep, random };
    return clock.run(writeRecords(records, { ...fakes, ...options, ...more }));
  };
  return { clock, stream, write };
}
