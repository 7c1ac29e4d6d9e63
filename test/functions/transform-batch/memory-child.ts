// Transforms the lake in a folder and prints what memory that took. A process of its own: nothing
// that a test holds beside it counts.
import { peakMemoryMb } from '../../../bench/peak-memory.ts';
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
console.log(JSON.stringify({ rows, maxRssMb: peakMemoryMb() }));
