// Hands the event in a file to the handler and prints what memory that took. A process of its own: nothing
// that a test holds beside it counts.
import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { peakMemoryMb } from '../../../bench/peak-memory.ts';
import { handler } from '../../../functions/enrich-sessions/handler.ts';

const event = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const context = { getRemainingTimeInMillis: () => 600_000 } as Context;
const response = await handler(event, context);
process.stderr.write(JSON.stringify({ response, maxRssMb: peakMemoryMb() }));
