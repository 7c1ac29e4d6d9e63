import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { createSender } from '../core/kinesis/sender.ts';
import type { StoredObjects } from '../core/lake/stored-objects.ts';
import { LOCAL_STAGE } from '../core/names.ts';
import { eventsOf, ndjsonOf } from '../core/sessions/events-of.ts';
import type { GlobalOptions } from '../core/terminal/options.ts';
import { openLeftLake } from '../local/left-lake.ts';
import { connectKinesis } from './lib/connect-kinesis.ts';
import { type FailedBatch, parseFailedBatch, placed } from './lib/failed-batch.ts';
import { streamingBuckets } from './lib/lake-bucket.ts';
import { openLakeObjects } from './lib/lake-objects.ts';
import { count, print } from './lib/output.ts';
import { type FormatOptions, formatOptions, printResult } from './lib/query-result.ts';
import { createSendSummary } from './lib/send-summary.ts';

interface Options extends GlobalOptions, FormatOptions {
  send?: true;
  bucket?: string;
}

export function addFailedBatches(program: Command): void {
  const command = program
    .command('failed-batches')
    .description('Shows batches of events that a function discarded, and sends them again')
    .argument('[id]', 'print the events of this batch')
    .option('--send', 'send the batch to the stream it was read from; the id may be all')
    .option('--bucket <name>', 'of failed batches, if it is not the one of the stage');
  formatOptions(command)
    .addHelpText(
      'after',
      `
Repair the cause before you send: delivery is at least once, and copies have the same event_id.

Examples:
  npx tributary failed-batches
  npx tributary failed-batches 1f0c2a7b
  npx tributary failed-batches --stage dev 1f0c2a7b --send`,
    )
    .action((id: string | undefined, _, each: Command) =>
      failedBatches(id, each.optsWithGlobals<Options>()),
    );
}

const COLUMNS = ['id', 'time', 'function', 'stream', 'records', 'why'];

async function failedBatches(id: string | undefined, options: Options): Promise<void> {
  const objects = await openLakeObjects({ ...options, bucket: await bucketOf(options) });
  const keys = await objects.list('aws/lambda/');
  if (id === undefined) {
    if (options.send) throw new InvalidInput('Which batch? Give its id, or all');
    return printBatches(await Promise.all(keys.map((key) => read(objects, key))), options);
  }
  const chosen = options.send && id === 'all' ? await inOrder(objects, keys) : [choose(keys, id)];
  if (chosen.length === 0) await print('There is no batch to send\n');
  for (const key of chosen) {
    const batch = await read(objects, key);
    if (options.send) await send(batch, options);
    else await print(batch.records().flatMap(eventsOf).map(ndjsonOf).join(''));
  }
}

async function bucketOf({ bucket, ...options }: Options): Promise<string> {
  if (bucket !== undefined) return bucket;
  // In a folder without a lake there would be no batches, and none would be missed.
  if (options.stage === LOCAL_STAGE) openLeftLake(options.folder);
  return (await streamingBuckets(options)).failedBatches;
}

async function read(objects: StoredObjects, key: string): Promise<FailedBatch> {
  const bytes = await objects.get(key);
  if (bytes === undefined) throw new InvalidInput(`${objects.locationOf(key)} has been deleted`);
  return parseFailedBatch(key, bytes);
}

/**
 * As the batches were in their streams: by their names those of a second are in any order, and so would be
 * the events of a session. Their payloads are not kept, which together may be larger than memory.
 */
async function inOrder(objects: StoredObjects, keys: readonly string[]): Promise<string[]> {
  const batches: { key: string; stream: string; start: bigint }[] = [];
  for (const key of keys) {
    const { stream, startSequenceNumber } = await read(objects, key);
    batches.push({ key, stream, start: BigInt(startSequenceNumber) });
  }
  const byStream = Map.groupBy(batches, ({ stream }) => stream);
  return [...byStream.values()].flatMap((all) =>
    all.sort((a, b) => Number(a.start > b.start) - Number(a.start < b.start)).map(({ key }) => key),
  );
}

function choose(keys: readonly string[], id: string): string {
  const found = keys.filter((key) => key.includes(`-${id}`) || key === id);
  const [first, second] = found;
  if (first === undefined) throw new InvalidInput(`There is no batch ${id}`);
  if (second !== undefined) throw new InvalidInput(`${found.length} batches begin with ${id}`);
  return first;
}

async function printBatches(batches: readonly FailedBatch[], options: Options): Promise<void> {
  const rows = batches.map((batch) => [
    ...[batch.id, batch.time, batch.functionName, batch.stream, batch.size, batch.condition],
  ]);
  const columns = COLUMNS.map((name) => ({ name, type: name === 'records' ? 'int' : 'varchar' }));
  async function* groups() {
    yield rows;
  }
  await printResult({ columns, rows: groups() }, options);
}

async function send(batch: FailedBatch, options: Options): Promise<void> {
  const kinesis = connectKinesis(options);
  const summary = createSendSummary();
  const sender = createSender(kinesis, batch.stream, ({ records, lost, why }) => {
    for (const [i, { data }] of records.entries()) {
      if (lost.has(i)) summary.addUnsent(why, batch.id);
      else summary.addSent(data.length);
    }
  });
  try {
    await sender.add(batch.records().map(placed));
    await sender.end();
  } finally {
    kinesis.destroy();
  }
  await print(`${batch.id}: ${count(summary.sent, 'record')} sent to ${batch.stream}\n`);
  if (summary.unsent > 0) throw new InvalidInput(summary.unsentText());
}
