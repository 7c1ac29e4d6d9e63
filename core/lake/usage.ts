import * as z from 'zod';
import {
  type Allowance,
  createAllowance,
  type Limits,
  NOTHING_USED,
  type Usage,
} from '../allowance.ts';
import { RawDataMissing } from '../errors.ts';
import { parseAs } from '../parse.ts';
import { keys, type Run } from './keys.ts';
import type { Lake } from './lake.ts';

const count = z.int().nonnegative();
const usageSchema = z.object({
  requests: count,
  tokenRequests: count,
  leased: count.default(0),
  unconfirmed: count.default(0),
  waitedMs: count,
});

/** What a run has used so far; nothing before its first request. */
export const readUsage = async (lake: Lake, run: Run): Promise<Usage> =>
  (await storedUsage(lake, run)) ?? { ...NOTHING_USED };

async function storedUsage(lake: Lake, run: Run): Promise<Usage | undefined> {
  const stored = await getIfThere(lake, keys.usage(run));
  return stored === undefined ? undefined : parseAs(usageSchema, stored, keys.usage(run));
}

/** What a manifest or a row says of it. */
export const countsOfUsage = (usage: Usage) => ({
  requests: usage.requests,
  tokenRequests: usage.tokenRequests,
  // A lease that is still open when nobody calls any more is of a call that was cut.
  requestsUnconfirmed: usage.unconfirmed + usage.leased,
  waitedSeconds: Math.ceil(usage.waitedMs / 1_000),
});

/**
 * The allowance of the run for one function call. The functions of a run come one after another, so the
 * limits hold for all of them together.
 */
export async function openAllowance(
  lake: Lake,
  run: Run,
  limits: Limits,
  options: { lease?: number; deadline?: number; clock?: () => number } = {},
): Promise<Allowance> {
  const used = await storedUsage(lake, run);
  const store = (usage: Usage) => lake.putJson(keys.usage(run), usage);
  return createAllowance({ ...(used && { used }), limits, store, ...options });
}

/** The object's JSON, or undefined where there is no such object. */
export async function getIfThere(lake: Lake, key: string): Promise<unknown> {
  try {
    return await lake.getJson(key);
  } catch (error) {
    if (error instanceof RawDataMissing) return undefined;
    throw error;
  }
}
