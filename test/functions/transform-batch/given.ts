import { keys } from '../../../functions/lib/lake/keys.ts';
import type { Catalog } from '../../../local/spotify/catalog.ts';
import type { FakeLake } from '../../given/lake.ts';
import { landAlbum, landListing, manifest, page, run } from '../given.ts';

/** Lands a catalogue as a run would have: fifty albums and fifty tracks a page, and its manifest. */
export function landCatalog(lake: FakeLake, catalog: Catalog): string {
  const pages = [];
  for (let offset = 0; offset < catalog.albums.length; offset += 50) {
    const items = catalog.albums.slice(offset, offset + 50);
    pages.push(page(items, { offset, total: catalog.albums.length }));
  }
  landListing(lake, run, pages);
  for (const { id } of catalog.albums) {
    const all = catalog.tracks[id] ?? [];
    const parts = [];
    for (let offset = 0; offset < Math.max(1, all.length); offset += 50) {
      parts.push(page(all.slice(offset, offset + 50), { offset, total: all.length }));
    }
    landAlbum(lake, id, parts);
  }
  const sealed = manifest(
    catalog.albums.map(({ id }) => id),
    { pages: pages.map((_, i) => keys.listingPage(run, i)) },
  );
  lake.land(keys.manifest(run), JSON.stringify(sealed), new Date(run.startedAt));
  return keys.manifest(run);
}
