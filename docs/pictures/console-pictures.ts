import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, open } from '../../test/console/browser.ts';
import { serveSeeded } from '../../test/console/start.ts';

// Draws the pictures of docs/console.md and the README from a seeded account: `npm run picture:console`.

const folder = join(import.meta.dirname, 'console');

const PICTURES = [
  { name: 'run', route: 'run?state=FetchAlbumTracks&album=Album00000000000000017', height: 1_060 },
  { name: 'history', route: 'history/daily-14', height: 900 },
  { name: 'streams', route: 'streams', height: 900 },
  { name: 'rejected', route: 'rejected', height: 1_000 },
  { name: 'lake', route: 'lake', height: 900 },
  { name: 'run-dark', route: 'run', height: 800, scheme: 'dark' as const },
];

const runs = Array.from({ length: 14 }, (_, i) => ({
  albums: 40 + i * 5,
  skipped: 20 + ((i * 13) % 30),
  missing:
    i === 13
      ? { 3: 'ResourceNotFound', 17: 'ServiceUnavailable', 18: 'ServiceUnavailable' }
      : i % 5 === 0
        ? { 5: 'IncompleteTracks' }
        : {},
}));

mkdirSync(folder, { recursive: true });
const served = await serveSeeded({ runs, text: 'Night Drive' });
const browser = await launch();
for (const { name, route, height, scheme = 'light' } of PICTURES) {
  const { page, close } = await open(browser, served.server.address, { scheme });
  await page.setViewportSize({ width: 1_280, height });
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${route}`);
  await page.waitForTimeout(1_500);
  if (name === 'lake') {
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.waitForTimeout(1_000);
  }
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await close();
}
await browser.close();
await served.close();
