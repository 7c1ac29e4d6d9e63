import * as z from 'zod';
import { runSchema } from '../../core/lake/manifest.ts';
import { parseAs } from '../../core/parse.ts';
import { batchTables } from './transform-batch.ts';

/** What `tributary rebuild` starts the state machine with: `{"rebuild": {"since", "table", "id"}}`. */
export const rebuildSchema = z.object({
  /** Runs of this day (YYYY-MM-DD) and later; all of which there is raw data where it is left out. */
  since: z.optional(z.iso.date()),
  /** One table; all of them where it is left out. */
  table: z.optional(z.enum(batchTables)),
  /** The execution whose rebuild to go on with, where that was cut. */
  resume: z.optional(runSchema),
});
export type Rebuild = z.infer<typeof rebuildSchema>;

const requestSchema = z.union([
  z.object({ run: runSchema, rebuild: rebuildSchema }),
  z.object({ manifestKey: z.string().min(1) }),
]);

export const parseRequest = (event: unknown) => {
  const isRebuild = typeof event === 'object' && event !== null && 'rebuild' in event;
  return isRebuild
    ? parseAs(requestSchema.options[0], event, 'TransformBatch')
    : parseAs(requestSchema.options[1], event, 'TransformBatch');
};
