import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DeliverySettings } from '../service/stream-settings.ts';
import { checkPrefixes, evaluatePrefix, objectSuffix } from './firehose-prefix.ts';

/** Firehose's limit for one record. */
export const MAX_RECORD_BYTES = 1_000 * 1024;

/** What a delivery stream has put into its bucket. `lines` counts line feeds: events of NDJSON. */
export interface DeliveryCounts {
  received: number;
  records: number;
  lines: number;
  objects: number;
  bytes: number;
}

export interface DeliveryStream {
  readonly counts: DeliveryCounts;
  /** Takes a record into the buffer. */
  put(data: Buffer, arrivedAt: Date): void;
  /** Records that are in no object yet. */
  undelivered(): Buffer[];
  /** Delivers what is buffered; resolves when all that was put is in the bucket. */
  flush(): Promise<void>;
  close(): void;
}

interface Buffered {
  records: Buffer[];
  bytes: number;
  oldest: Date;
}

const LINE_FEED = 0x0a;
const zip = promisify(gzip);

/** Firehose to S3: buffers by size and time, joins, compresses, and names objects as AWS does. */
export function createDeliveryStream(
  settings: DeliverySettings,
  options: {
    putObject(bucket: string, key: string, body: Buffer): Promise<void>;
    onError(error: Error): void;
  },
): DeliveryStream {
  checkPrefixes(settings.prefix, settings.errorPrefix);
  const delimiter = Buffer.from(settings.delimiter);
  const counts: DeliveryCounts = { received: 0, records: 0, lines: 0, objects: 0, bytes: 0 };
  let buffer: Buffered | undefined;
  let timer: NodeJS.Timeout | undefined;
  const underway = new Map<Promise<void>, Buffered>();

  function put(data: Buffer, arrivedAt: Date): void {
    if (!buffer) {
      buffer = { records: [], bytes: 0, oldest: arrivedAt };
      timer = setTimeout(deliver, settings.bufferSeconds * 1_000).unref();
    }
    counts.received += 1;
    buffer.records.push(data);
    buffer.bytes += data.length + delimiter.length;
    if (arrivedAt < buffer.oldest) buffer.oldest = arrivedAt;
    if (buffer.bytes >= settings.bufferBytes) deliver();
  }

  function deliver(): void {
    if (!buffer) return;
    const full = buffer;
    buffer = undefined;
    clearTimeout(timer);
    const work = store(full)
      .catch(options.onError)
      .finally(() => underway.delete(work));
    underway.set(work, full);
  }

  async function store({ records, oldest }: Buffered): Promise<void> {
    const content = Buffer.concat(records.flatMap((record) => [record, delimiter]));
    const prefix = evaluatePrefix(settings.prefix, oldest);
    const suffix = objectSuffix(settings.name, oldest, randomUUID());
    const body = settings.gzip ? await zip(content) : content;
    await options.putObject(settings.bucket, `${prefix}${suffix}${settings.fileExtension}`, body);
    counts.records += records.length;
    counts.lines += countLines(content);
    counts.objects += 1;
    counts.bytes += content.length;
  }

  return {
    counts,
    put,
    undelivered: () =>
      [...underway.values(), ...(buffer ? [buffer] : [])].flatMap(({ records }) => records),
    async flush() {
      deliver();
      await Promise.all(underway.keys());
    },
    close() {
      clearTimeout(timer);
    },
  };
}

function countLines(content: Buffer): number {
  let lines = 0;
  for (let at = content.indexOf(LINE_FEED); at !== -1; at = content.indexOf(LINE_FEED, at + 1)) {
    lines += 1;
  }
  return lines;
}
