import type { Page } from 'playwright-core';

export const PANELS = [
  'run',
  'run?state=FetchAlbumTracks&album=Album00000000000000017',
  'history/daily-3',
  'streams',
  'rejected',
  'lake',
  'explain/Track0001',
];

/** Goes to a panel and waits until it has something to show. */
export async function show(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${route}`);
  const ready = {
    run: '.tiles',
    history: '.bar',
    streams: '.events',
    rejected: 'mark',
    lake: '.cm-content',
    explain: '.traces dd',
  };
  await page
    .locator(ready[route.split(/[/?]/)[0] as keyof typeof ready])
    .first()
    .waitFor();
}
