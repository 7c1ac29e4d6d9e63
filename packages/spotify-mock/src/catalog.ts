import * as z from 'zod';
import { readJson } from './read-json.ts';

// Loose: what Spotify adds to an object is served as the file has it.
const id = z.string().min(1);
const artist = z.looseObject({ id, type: z.literal('artist'), name: z.string() });
const album = z.looseObject({
  id,
  type: z.literal('album'),
  name: z.string(),
  album_type: z.string(),
  total_tracks: z.int(),
  release_date: z.string(),
  artists: z.array(artist),
});
const track = z.looseObject({
  id,
  type: z.literal('track'),
  name: z.string(),
  disc_number: z.int(),
  track_number: z.int(),
  duration_ms: z.int(),
  explicit: z.boolean(),
  artists: z.array(artist),
});

export type SimplifiedArtist = z.infer<typeof artist>;
export type SimplifiedAlbum = z.infer<typeof album>;
export type SimplifiedTrack = z.infer<typeof track>;

/** Albums in the order Spotify lists them; tracks by album id, in playing order. */
export type Catalog = {
  $schema?: string | undefined;
  albums: SimplifiedAlbum[];
  tracks: Record<string, SimplifiedTrack[]>;
};

export const catalog = z
  .object({
    $schema: z.string().optional().describe('For editors'),
    albums: z.array(album),
    tracks: z.record(z.string(), z.array(track)),
  })
  .superRefine(({ albums, tracks }, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of albums.entries()) {
      const path = ['albums', index, 'id'];
      if (seen.has(id)) {
        context.addIssue({ code: 'custom', path, message: `"${id}" stands there twice` });
      } else if (!Object.hasOwn(tracks, id)) {
        context.addIssue({ code: 'custom', path, message: `"${id}" has no array in "tracks"` });
      }
      seen.add(id);
    }
  });

/** Reads a catalogue; throws `InvalidInput` with one line about what is wrong with the file. */
export function readCatalog(file: string): Catalog {
  const form = 'a catalogue {"albums": [<album>, ...], "tracks": {"<album id>": [<track>, ...]}}';
  return readJson(file, catalog, form);
}
