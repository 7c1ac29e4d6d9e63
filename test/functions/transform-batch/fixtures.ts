import type { Catalog } from 'spotify-mock/catalog.ts';
import { keys } from '../../../core/lake/keys.ts';
import type { FakeLake } from '../../fixtures/fake-lake.ts';
import { manifest, page, run, storeAlbum, storeListing } from '../fixtures.ts';

/** Stores a catalogue as a run would have: fifty albums and fifty tracks a page, and its manifest. */
export function storeCatalog(lake: FakeLake, catalog: Catalog): string {
  const pages = [];
  for (let offset = 0; offset < catalog.albums.length; offset += 50) {
    const items = catalog.albums.slice(offset, offset + 50);
    pages.push(page(items, { offset, total: catalog.albums.length }));
  }
  storeListing(lake, run, pages);
  for (const { id } of catalog.albums) {
    const all = catalog.tracks[id] ?? [];
    const parts = [];
    for (let offset = 0; offset < Math.max(1, all.length); offset += 50) {
      parts.push(page(all.slice(offset, offset + 50), { offset, total: all.length }));
    }
    storeAlbum(lake, id, parts);
  }
  const sealed = manifest(
    catalog.albums.map(({ id }) => id),
    { pages: pages.map((_, i) => keys.listingPage(run, i)) },
  );
  lake.store(keys.manifest(run), JSON.stringify(sealed), new Date(run.startedAt));
  return keys.manifest(run);
}
