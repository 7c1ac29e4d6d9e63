import * as z from 'zod';
import { type Allowance, createAllowance, type Limits, type Usage } from '../allowance.ts';
import { RawDataMissing } from '../errors.ts';
import { parseAs } from '../parse.ts';
import { keys, type Run } from './keys.ts';
import type { Lake } from './lake.ts';

const count = z.int().nonnegative();
const usageSchema = z.object({
  requests: count,
  tokenRequests: count,
  leased: count.default(0),
  waitedMs: count,
});

/** What a run has used so far; nothing before its first request. */
export async function readUsage(lake: Lake, run: Run): Promise<Usage> {
  const stored = await getIfThere(lake, keys.usage(run));
  return stored === undefined
    ? { requests: 0, tokenRequests: 0, leased: 0, waitedMs: 0 }
    : parseAs(usageSchema, stored, keys.usage(run));
}

/** Requests of a run; a lease that a cut call left counts as used. */
export const requestsOf = ({ requests, leased }: Usage): number => requests + leased;

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
  const used = await readUsage(lake, run);
  const store = (usage: Usage) => lake.putJson(keys.usage(run), usage);
  return createAllowance({ used, limits, store, ...options });
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
