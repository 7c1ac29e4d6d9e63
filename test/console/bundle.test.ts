import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePage } from '../../console/server/bundle.ts';

it('sends at most 250 kB of script, compressed', async () => {
  const folder = await bundlePage();
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js.gz'));
  const bytes = scripts.map((name) => statSync(join(folder, name)).size);
  expect(scripts).toContain('app.js.gz');
  expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(250_000);
});
