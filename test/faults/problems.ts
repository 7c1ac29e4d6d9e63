import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from 'spotify-mock/catalog.ts';
import { LOCAL_CLIENT_SECRET } from 'spotify-mock/server.ts';
import { countsOfUsage } from '../../core/lake/usage.ts';
import type { Stage } from '../../local/stage.ts';
import type { Run } from './run-batch.ts';

export const LIMITS = { requests: 400, waitSeconds: 60 };
/** Faults that may end a call before it has noted what it did. */
export const CUTTING_FAULTS = ['killed-at-call', 'throttled', 'internal-error', 'no-response'];
/** What a call that was cut may leave unconfirmed: a lease and a half, and two requests under way. */
const UNCONFIRMED_A_CUT = 20;

/**
 * Requests are exactly what the API saw, but for those that the run itself says it cannot confirm, and
 * these only where a call was cut. No limit is exceeded.
 */
export function accountProblems(stage: Stage, { manifest, usage }: Run, cuts: number): string[] {
  const { token, ...api } = stage.spotify.requests.byEndpoint;
  const seen = sum(api);
  const { requests, tokenRequests, requestsUnconfirmed } = manifest?.counts ?? countsOfUsage(usage);
  const overcounted = requests + tokenRequests - seen - token;
  const problems: string[] = [];
  if (requests < seen || tokenRequests < token || overcounted > requestsUnconfirmed) {
    problems.push(
      `${requests} requests and ${tokenRequests} of tokens counted, ${requestsUnconfirmed} unconfirmed; ` +
        `${seen} and ${token} made`,
    );
  }
  if (requestsUnconfirmed > UNCONFIRMED_A_CUT * cuts) {
    problems.push(`${requestsUnconfirmed} requests unconfirmed, ${cuts} calls cut`);
  }
  if (seen + token > LIMITS.requests) problems.push(`${seen + token} requests are too many`);
  if (usage.waitedMs > LIMITS.waitSeconds * 1_000) problems.push(`${usage.waitedMs} ms waited`);
  return problems;
}

/** Whatever is not in the lake is named, and nothing is named that is not missing. */
export function problemsOf({ execution, manifest }: Run, catalog: Catalog): string[] {
  // Before there is a plan, a failed execution with its error is all that can be said.
  if (!manifest) return execution.status === 'FAILED' && execution.error ? [] : ['no manifest'];
  if (execution.status !== 'SUCCEEDED' && !execution.error)
    return [`${execution.status}, no error`];
  const { counts, missing, loaded, skipped, unlisted, status } = manifest;
  const problems: string[] = [];
  if (counts.listed !== counts.loaded + counts.skipped + counts.missing) {
    problems.push(`${counts.listed} listed is not loaded + skipped + missing`);
  }
  if (missing.some(({ reason }) => !reason)) problems.push('something is missing without a reason');
  const named = new Set([
    ...loaded.map(({ albumId }) => albumId),
    ...skipped,
    ...missing.map(({ albumId }) => albumId),
  ]);
  const lost = catalog.albums.filter(({ id }) => !named.has(id)).length;
  const admitted = counts.unlisted > 0 || unlisted.listingStoppedBy !== null;
  if (lost > 0 && !admitted) problems.push(`${lost} albums are missing without a word`);
  if (status === 'COMPLETE' && (lost > 0 || missing.length > 0)) {
    problems.push(`COMPLETE with ${lost + missing.length} albums missing`);
  }
  return problems;
}

/** Where a token or the client secret can be read: states, errors, logs, the lake, notifications. */
export function leaksOf(stage: Stage, folder: string, runs: Run[]): string[] {
  const secrets = [...stage.spotify.tokens, LOCAL_CLIENT_SECRET];
  const texts = new Map(runs.map(({ history }, i) => [`the history of run ${i}`, history]));
  texts.set('the notifications', stage.notifications.join('\n'));
  for (const part of ['lake', 'logs']) {
    for (const entry of readdirSync(join(folder, part), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.parquet')) continue;
      const path = join(entry.parentPath, entry.name);
      texts.set(path, readFileSync(path, 'utf8'));
    }
  }
  return [...texts]
    .filter(([, text]) => secrets.some((secret) => text.includes(secret)))
    .map(([place]) => `a secret is in ${place}`);
}

export const sum = (counts: Record<string, number>, names = Object.keys(counts)) =>
  names.reduce((total, name) => total + (counts[name] ?? 0), 0);
