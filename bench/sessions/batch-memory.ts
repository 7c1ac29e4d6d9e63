import { readFileSync } from 'node:fs';
import { peakMemoryMb } from '../peak-memory.ts';
import { enrichBatch, type LambdaRecord } from './ways.ts';

/**
 * A process with one batch and nothing else: takes the Lambda event (JSON) from the file named on
 * the command line, enriches it, and prints the most memory it ever held, in MB (RSS).
 */
const [file = ''] = process.argv.slice(2);
const event = JSON.parse(readFileSync(file, 'utf8')) as { Records: LambdaRecord[] };
const routed = enrichBatch(event.Records);
const events = [...routed.values()].reduce((sum, list) => sum + list.length, 0);
console.log(JSON.stringify({ events, peakMb: peakMemoryMb() }));
