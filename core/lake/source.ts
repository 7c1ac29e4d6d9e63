import type { Allowance } from '../allowance.ts';
import type { PageOfItems } from './items.ts';

/** How raw data of an API is read back. Throws ContractBroken where it is none. */
export interface RawFormat {
  readListing(page: unknown, key: string): PageOfItems;
  readTracks(page: unknown, key: string): PageOfItems;
  /** Requests that the track pages of an album cost. */
  requestsFor(totalTracks: number): number;
}

/** Where the next page of a listing is. */
export interface Cursor {
  offset: number;
  path: string;
}

export interface ListingPage {
  /** The page as it came, for raw. */
  bytes: Buffer;
  page: PageOfItems;
  /** Which listing gave it; later pages are asked of the same one. */
  source: string;
  /** Null after the last page. */
  cursor: Cursor | null;
  /** More was expected, but the API gives out no more of this list. */
  isCutByApi: boolean;
}

/** What a call needs besides its own arguments: a token, and what the run may still use. */
export interface Access {
  accessToken: string;
  allowance: Allowance;
}

/**
 * An API that gives out albums and their tracks in pages. The domain knows no vendor: core/spotify
 * makes one of these, and another paged API makes its own. Throws the errors of errors.ts.
 */
export interface AlbumSource extends RawFormat {
  getListing(
    access: Access,
    at: { source: string | null; cursor: Cursor | null; expected: number },
  ): Promise<ListingPage>;
  /** All track pages of an album, as they came. */
  getTracks(access: Access, album: { albumId: string; totalTracks: number }): Promise<Buffer[]>;
}
