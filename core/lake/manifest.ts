import * as z from 'zod';
import { InvalidInput } from '../errors.ts';

export const runSchema = z.object({
  // It becomes part of keys: no slashes, no dots, nothing that a path could misread.
  runId: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/),
  startedAt: z.iso.datetime(),
});

const albumIdSchema = z.string().regex(/^[A-Za-z0-9]+$/);
export const sourceSchema = z.enum(['new-releases', 'search']);

export const stopSchema = z.looseObject({ Error: z.string(), Cause: z.optional(z.string()) });

/** What PlanAlbums decided; SealRawBatch holds the run to it. */
export const planSchema = z.object({
  run: runSchema,
  source: z.nullable(sourceSchema),
  pages: z.array(z.string()),
  /** Greatest total that a listing page named. */
  expected: z.int(),
  listed: z.int(),
  /** Positions in the listing that held null or something without an id. */
  unusablePositions: z.array(z.int()),
  listingStoppedBy: z.nullable(z.string()),
  skipped: z.array(albumIdSchema),
  planned: z.array(albumIdSchema),
  /** Listed, not skipped, and beyond the requests of one run. */
  overBudget: z.array(albumIdSchema),
  refreshBefore: z.iso.datetime(),
  requests: z.int(),
});
export type Plan = z.infer<typeof planSchema>;

/**
 * COMPLETE: everything expected is in the lake. DEFERRED: something waits for the next run, because a
 * limit was reached. PARTIAL: something is missing for another reason.
 */
export const statusSchema = z.enum(['COMPLETE', 'DEFERRED', 'PARTIAL']);
export type Status = z.infer<typeof statusSchema>;

/** What a run expected, what came, what is missing and why: listed = loaded + skipped + missing. */
export const manifestSchema = z.object({
  run: runSchema,
  status: statusSchema,
  source: z.nullable(sourceSchema),
  pages: z.array(z.string()),
  counts: z.object({
    expected: z.int(),
    listed: z.int(),
    skipped: z.int(),
    loaded: z.int(),
    missing: z.int(),
    /** Expected by the totals, but on no page; the manifest cannot name them. */
    unlisted: z.int(),
    tracks: z.int(),
    requests: z.int(),
  }),
  loaded: z.array(z.object({ albumId: albumIdSchema, key: z.string(), tracks: z.int() })),
  skipped: z.array(albumIdSchema),
  missing: z.array(z.object({ albumId: albumIdSchema, reason: z.string() })),
  unlisted: z.object({
    unusablePositions: z.array(z.int()),
    listingStoppedBy: z.nullable(z.string()),
  }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Written last by TransformBatch: from now on these albums count as loaded. */
export const commitMarkerSchema = z.object({
  run: runSchema,
  albums: z.array(albumIdSchema),
  rows: z.record(z.string(), z.int()),
  files: z.array(z.string()),
  /** Values whose type is not the column's, and are null in the table: column to count. */
  oddValues: z.record(z.string(), z.int()),
  /** Tracks that stand on two albums of the run; the first album's row is kept. */
  repeatedTracks: z.int(),
});
export type CommitMarker = z.infer<typeof commitMarkerSchema>;

/** `value` as the schema has it; throws InvalidInput that names the first wrong field. */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InvalidInput(`${what}: ${issue?.path.join('.') || 'value'}: ${issue?.message}`);
}
