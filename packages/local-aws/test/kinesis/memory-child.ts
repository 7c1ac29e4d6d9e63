// Prints what memory a record of 300 bytes takes. A process of its own: each collection of garbage goes through
// all that the process holds.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startKinesis } from '../../src/kinesis/kinesis.ts';
import { headers, putBody } from './put-body.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function measure(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const kinesis = await startKinesis([{ name: 's', shards: 1, retentionHours: 24 }]);
const data = Buffer.alloc(300, 'x').toString('base64');

async function put(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await kinesis.handle(headers, putBody(data));
    // What others take out of the pool in between, and drop.
    Buffer.from('x'.repeat(3_000));
  }
}

await put(500);
const before = await measure();
await put(5_000);
console.log(((await measure()) - before) / 5_000);
await kinesis.close();
