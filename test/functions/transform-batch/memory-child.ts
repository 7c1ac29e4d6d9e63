// Transforms the lake in a folder and prints what memory that took. A process of its own: nothing
// that a test holds beside it counts.
import { existsSync, readFileSync } from 'node:fs';
import { spotifyFormat } from '../../../core/spotify/source.ts';
import { transformBatch } from '../../../functions/transform-batch/transform-batch.ts';
import { createFileLake } from '../../fixtures/fake-lake.ts';

const [folder = '', manifestKey = ''] = process.argv.slice(2);
const { rows } = await transformBatch(
  { manifestKey },
  {
    lake: createFileLake(folder),
    format: spotifyFormat,
  },
);
console.log(JSON.stringify({ rows, maxRssMb: maxRssMb() }));

/** Linux counts the memory of the process that started this one into maxRSS, not into VmHWM. */
function maxRssMb(): number {
  const status = '/proc/self/status';
  const [, peak] = existsSync(status)
    ? (/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8')) ?? [])
    : [];
  return Number(peak ?? process.resourceUsage().maxRSS) / 1024;
}
