import * as z from 'zod';
import { parseAs } from '../parse.ts';
import { albumsOfGroup } from './groups.ts';
import { idSchema } from './items.ts';
import { keys, type Run } from './keys.ts';
import type { Lake } from './lake.ts';
import type { Plan } from './manifest.ts';
import { getIfThere } from './usage.ts';

const queuedSchema = z.object({
  albumId: idSchema,
  totalTracks: z.int(),
  /** Times that it was tried in vain. */
  tries: z.int(),
  /** Tracks that an earlier try stored, fewer than expected. */
  stored: z.optional(z.int()),
});
export type QueuedAlbum = z.infer<typeof queuedSchema>;

/** How far the albums of a run are; written at the end of each call of FetchAlbumTracks. */
export const progressSchema = z.object({
  group: z.int(),
  queue: z.array(queuedSchema),
  failures: z.record(idSchema, z.string()),
  calls: z.int(),
  /** The service failed for several albums in a row: the next call tries one album alone. */
  isProbe: z.boolean(),
  /** Requests of the run until now: more than these show that a call was cut. */
  requests: z.int(),
});
export type Progress = z.infer<typeof progressSchema>;

/** What a run noted, if it noted anything. */
export async function readProgress(lake: Lake, run: Run): Promise<Progress | undefined> {
  const key = keys.progress(run);
  const stored = await getIfThere(lake, key);
  return stored === undefined ? undefined : parseAs(progressSchema, stored, key);
}

/** The progress with a group, which begins with all of its albums where it is a new one. */
export function openGroup(stored: Progress | undefined, plan: Plan, group: number): Progress {
  if (stored?.group === group) return stored;
  const queue = albumsOfGroup(plan, group).albums.map((album) => ({ ...album, tries: 0 }));
  const { failures = {}, calls = 0, isProbe = false, requests = plan.requests } = stored ?? {};
  return { group, queue, failures, calls, isProbe, requests };
}
