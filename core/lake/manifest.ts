import * as z from 'zod';
import { idSchema } from './items.ts';
import { fieldChangeSchema, fieldsSchema } from './schema-watch.ts';

export const runSchema = z.object({ runId: idSchema, startedAt: z.iso.datetime() });

export const stopSchema = z.looseObject({ Error: z.string(), Cause: z.optional(z.string()) });

/** Since when (ISO 8601) albums wait for their tracks: the start of the first run that lacked them. */
const waitingSchema = z.record(idSchema, z.iso.datetime());
const missingSchema = z.array(z.object({ albumId: idSchema, reason: z.string() }));

/** What PlanAlbums decided; SealRawBatch holds the run to it. */
export const planSchema = z.object({
  run: runSchema,
  source: z.nullable(z.string()),
  pages: z.array(z.string()),
  /** Greatest total that a listing page named. */
  expected: z.int(),
  listed: z.int(),
  /** Positions in the listing that held null or something without an id. */
  unusablePositions: z.array(z.int()),
  /** Albums that were on the listing twice. */
  repeated: z.int(),
  creditsWithoutId: z.int(),
  oddText: z.int(),
  listingStoppedBy: z.nullable(z.string()),
  skipped: z.array(idSchema),
  /** `totalTracks` is what the listing says; 0 where it says nothing. */
  planned: z.array(z.object({ albumId: idSchema, totalTracks: z.int() })),
  /** Listed, not skipped, and not to be fetched by this run. */
  notPlanned: missingSchema,
  /** Albums that earlier runs loaded with something odd, and how many oddities these had. */
  seenBefore: z.record(idSchema, z.int()),
  /** Credits without an id and odd text of the albums themselves. */
  oddities: z.record(idSchema, z.int()),
  waiting: waitingSchema,
  fields: fieldsSchema,
  fieldsBefore: z.optional(fieldsSchema),
  refreshBefore: z.iso.datetime(),
  /** An earlier run was cut: its raw data may be there. */
  mayBeStored: z.boolean(),
  /** Requests of the run until now, tokens included. */
  requests: z.int(),
  /** What the run may use in all. */
  requestsPerRun: z.int(),
});
export type Plan = z.infer<typeof planSchema>;

/**
 * COMPLETE: everything expected is in the lake. DEFERRED: something waits for the next run, because a
 * limit was reached. PARTIAL: something is missing for another reason.
 */
export const statusSchema = z.enum(['COMPLETE', 'DEFERRED', 'PARTIAL']);
export type Status = z.infer<typeof statusSchema>;

/** A count that manifests of earlier versions do not have. */
const newCount = z.int().default(0);

/** What a run expected, what came, what is missing and why: listed = loaded + skipped + missing. */
export const manifestSchema = z.object({
  run: runSchema,
  status: statusSchema,
  source: z.nullable(z.string()),
  pages: z.array(z.string()),
  counts: z.object({
    expected: z.int(),
    listed: z.int(),
    skipped: z.int(),
    loaded: z.int(),
    missing: z.int(),
    /** Missing only because a limit was reached. */
    deferred: newCount,
    /** Missing or incomplete for three days. */
    overdue: newCount,
    /** Expected by the totals, but on no page; the manifest cannot name them. */
    unlisted: z.int(),
    tracks: z.int(),
    /** Expected by the totals, but on no page of their album. */
    tracksMissing: newCount,
    /** Albums and tracks without an id: nothing that could be asked for again. */
    unusable: newCount,
    /** Albums and tracks that came twice. */
    repeated: newCount,
    creditsWithoutId: newCount,
    /** Strings with an unpaired surrogate or bytes that are no UTF-8. */
    oddText: newCount,
    requests: z.int(),
    tokenRequests: newCount,
    /** Of both: those that calls which were cut may not have made. */
    requestsUnconfirmed: newCount,
    waitedSeconds: newCount,
  }),
  loaded: z.array(
    z.object({
      albumId: idSchema,
      key: z.string(),
      tracks: z.int(),
      /** Where something is odd: what became of the tracks, and what is not what the API meant. */
      odd: z
        .object({
          expected: z.int(),
          unusable: z.int(),
          repeated: z.int(),
          missing: z.int(),
          creditsWithoutId: z.int(),
          oddText: z.int(),
          /** The next run fetches it again. False: two runs saw the same, so that is all there is. */
          isOpen: z.boolean(),
        })
        .optional(),
    }),
  ),
  skipped: z.array(idSchema),
  missing: missingSchema,
  unlisted: z.object({
    unusablePositions: z.array(z.int()),
    listingStoppedBy: z.nullable(z.string()),
  }),
  waiting: waitingSchema.default({}),
  fields: fieldsSchema.default({}),
  fieldChanges: z.array(fieldChangeSchema).default([]),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Albums that were loaded with fewer tracks than expected, and since when each waits for them. */
export const shortAlbums = ({
  waiting,
  missing,
}: {
  waiting: Manifest['waiting'];
  missing: Manifest['missing'];
}): [albumId: string, since: string][] => {
  const ids = new Set(missing.map(({ albumId }) => albumId));
  return Object.entries(waiting).filter(([albumId]) => !ids.has(albumId));
};

/** Written last by TransformBatch: from now on these albums count as loaded. */
export const commitMarkerSchema = z.object({
  run: runSchema,
  albums: z.array(idSchema),
  /** Loaded with something odd, and how many oddities: the next run fetches them again. */
  open: z.record(idSchema, z.int()),
  rows: z.record(z.string(), z.int()),
  files: z.array(z.string()),
  /** Values whose type is not the column's, and are null in the table: column to count. */
  oddValues: z.record(z.string(), z.int()),
  /** Tracks that are on two albums of the run; the first album's row is kept. */
  repeatedTracks: z.int(),
});
export type CommitMarker = z.infer<typeof commitMarkerSchema>;
