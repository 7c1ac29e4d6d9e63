import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { createFileLake } from '../../fixtures/fake-lake.ts';
import { storeCatalog } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('1,000 albums with 20 tracks each transform within 512 MB', async () => {
  const catalog = generateCatalog({ albums: 1_000, tracksPerAlbum: 20, seed: 1 });
  // As long as those that Spotify sends to an app of the extended kind.
  const markets = Array.from({ length: 185 }, (_, i) => `M${i.toString(36)}`);
  for (const track of Object.values(catalog.tracks).flat()) track.available_markets = markets;
  const manifestKey = storeCatalog(createFileLake(folder), catalog);
  const root = join(import.meta.dirname, '../../..');
  const { stdout } = await promisify(execFile)(
    join(root, 'node_modules/.bin/node'),
    ['--max-old-space-size=512', join(import.meta.dirname, 'memory-child.ts'), folder, manifestKey],
    { cwd: root },
  );
  const { rows, maxRssMb } = JSON.parse(stdout);
  expect(rows).toMatchObject({ albums: 1_000, tracks: 20_000 });
  process.stdout.write(`1,000 albums × 20 tracks: ${Math.round(maxRssMb)} MB at the most\n`);
  expect(maxRssMb).toBeLessThan(512);
});
