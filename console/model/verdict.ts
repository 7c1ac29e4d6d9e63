import type { Manifest } from '../../core/lake/manifest.ts';
import type { RunSummary } from './api.ts';
import { count, plural } from './format.ts';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle';

const TONES: Record<string, Tone> = {
  COMPLETE: 'good',
  SUCCEEDED: 'good',
  RUNNING: 'busy',
  DEFERRED: 'warn',
  PARTIAL: 'warn',
  FAILED: 'bad',
  TIMED_OUT: 'bad',
  ABORTED: 'bad',
};
export const toneOf = (status: string): Tone => TONES[status] ?? 'idle';

/** The sign beside each status, so that no colour is needed to tell them apart. */
export const SIGNS: Record<Tone, string> = { good: '✓', busy: '◐', warn: '!', bad: '✕', idle: '○' };

/** How many albums are missing for each reason. */
export function reasonsOf(manifest: Pick<Manifest, 'missing'> | undefined): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason } of manifest?.missing ?? []) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

export const reasonsText = (reasons: Record<string, number>): string =>
  Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, n]) => `${reason} ${count(n)}`)
    .join(', ');

/** Why a run is what it is, in one sentence. */
export function whyOf({
  status,
  counts,
  reasons,
  listingStoppedBy,
}: Omit<RunSummary, 'runId' | 'startedAt'>): string {
  if (!counts) {
    return (
      { RUNNING: 'It is running', FAILED: 'It failed before a manifest was written' }[status] ?? ''
    );
  }
  const parts: string[] = [];
  if (counts.missing > 0) {
    parts.push(
      `${plural(counts.missing, 'album')} of ${count(counts.listed)} missing: ${reasonsText(reasons)}`,
    );
  }
  if (counts.unlisted > 0)
    parts.push(`${plural(counts.unlisted, 'album')} expected and on no page`);
  if (listingStoppedBy) parts.push(`the listing was stopped by ${listingStoppedBy}`);
  if (parts.length === 0)
    return `${plural(counts.loaded, 'album')} loaded, ${count(counts.skipped)} skipped, none missing`;
  return parts.join('; ');
}
