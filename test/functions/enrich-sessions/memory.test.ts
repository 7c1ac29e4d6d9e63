import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Counts } from '../../../bench/stream/fake-kinesis.ts';
import { aggregate } from '../../../core/kinesis/aggregated-record.ts';
import { lambdaEvent } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What Lambda leaves to the heap of 512 MB. */
const HEAP_MB = 460;

it('an aggregate of 128,000 invalid events, 300 MB of rejected lines, passes within 450 MB', async () => {
  const root = join(import.meta.dirname, '../../..');
  const node = join(root, 'node_modules/.bin/node');
  // A long key of six bytes a character in JSON.
  const event = { partitionKey: '\u0001'.repeat(256), data: Buffer.from('{}') };
  const file = join(folder, 'event.json');
  writeFileSync(file, JSON.stringify(lambdaEvent(aggregate(new Array(128_000).fill(event)))));

  const kinesis = fork(join(root, 'bench/stream/fake-kinesis.ts'), { execPath: node });
  try {
    const [[port]] = await once(kinesis, 'message');
    const AWS_ENDPOINT_URL = `http://127.0.0.1:${port}`;
    const { stderr } = await promisify(execFile)(
      node,
      [`--max-old-space-size=${HEAP_MB}`, join(import.meta.dirname, 'memory-child.ts'), file],
      {
        cwd: root,
        env: {
          ...process.env,
          AWS_ENDPOINT_URL,
          AWS_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
          ENRICHED_STREAM: 'enriched',
          REJECTED_DELIVERY_STREAM: 'rejected',
        },
      },
    );
    const { response, maxRssMb } = JSON.parse(stderr);
    expect(response).toEqual({ batchItemFailures: [] });
    kinesis.send(0);
    const [{ records }] = (await once(kinesis, 'message')) as [Counts];
    expect(Object.values(records)).toEqual([128_000]);
    process.stdout.write(`128,000 rejected events: ${Math.round(maxRssMb)} MB at the most\n`);
    expect(maxRssMb).toBeLessThan(450);
  } finally {
    const ended = once(kinesis, 'exit');
    kinesis.disconnect();
    await ended;
  }
}, 180_000);
