import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsPage } from '../../resources/settings/page.ts';

describe('The settings page', () => {
  it('is what `npm run docs:settings` makes of the settings', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8');
    expect(page).toBe(settingsPage());
  });
});
