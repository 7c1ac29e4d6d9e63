import { styleText } from 'node:util';
import { type Manifest, shortAlbums } from '../core/lake/manifest.ts';
import { wrap } from '../core/terminal/wrap.ts';
import { isBalanced, type Ledger } from './simulate-sessions.ts';

type Colour = 'green' | 'yellow' | 'red';

/** What a run came to. */
export interface Outcome {
  runId: string;
  seconds: number;
  /** Why the execution failed; undefined when it succeeded. */
  failure?: { error: string; message: string };
  /** Missing when the execution failed before it wrote one. */
  manifest?: Manifest;
  requests: { byEndpoint: Record<string, number>; faulted: Record<string, number> };
  ledger?: Ledger;
}

/** A heading of its own colour, and lines of name and value. */
export interface Verdict {
  heading: string;
  colour: Colour;
  meaning: string;
  lines: [name: string, value: string][];
}

const MEANINGS: Record<string, { colour: Colour; meaning: string }> = {
  COMPLETE: { colour: 'green', meaning: 'everything that was expected is in the lake' },
  DEFERRED: { colour: 'yellow', meaning: 'a limit was reached; the next run loads the rest' },
  PARTIAL: { colour: 'red', meaning: 'something is missing that no limit explains' },
};

export function judge(outcome: Outcome): Verdict {
  const { failure, manifest, ledger } = outcome;
  const lines: Verdict['lines'] = [];
  if (manifest) lines.push(...countsOf(manifest));
  lines.push(['requests', requestsOf(outcome)]);
  if (ledger) lines.push(...eventsOf(ledger));
  if (failure?.error === 'QuotaExhausted') {
    return {
      heading: 'DEFERRED',
      colour: 'yellow',
      meaning: 'the quota is used up and nothing could be listed; the next run tries again',
      lines,
    };
  }
  if (failure) {
    const meaning = `${failure.error}: ${failure.message}`;
    return { heading: 'FAILED', colour: 'red', meaning, lines };
  }
  const status = manifest?.status ?? 'COMPLETE';
  if (ledger && !isBalanced(ledger)) {
    const meaning = `the batch is ${status}, but not every event is accounted for`;
    return { heading: 'EVENTS MISSING', colour: 'red', meaning, lines };
  }
  return { heading: status, ...(MEANINGS[status] as (typeof MEANINGS)[string]), lines };
}

/** The verdict as text of at most `width` columns. */
export function renderVerdict(
  { heading, colour, meaning, lines }: Verdict,
  { width = 80, stream = process.stdout } = {},
): string {
  const styled = styleText([colour, 'bold'], heading, { stream });
  const indent = Math.max(...lines.map(([name]) => name.length)) + 4;
  const [first = '', ...rest] = wrap(meaning, width - heading.length - 2);
  return [
    `${styled}  ${first}`,
    ...rest.map((line) => ' '.repeat(heading.length + 2) + line),
    ...lines.flatMap(([name, value]) =>
      wrap(value, width - indent).map(
        (line, i) => `  ${(i ? '' : name).padEnd(indent - 2)}${line}`,
      ),
    ),
  ].join('\n');
}

function countsOf(manifest: Manifest): Verdict['lines'] {
  const { counts, source } = manifest;
  const lines: Verdict['lines'] = [
    [
      'albums',
      `${counts.loaded} loaded, ${counts.skipped} skipped, ${counts.missing} missing; ${counts.listed} listed of ${counts.expected} expected`,
    ],
  ];
  const reasons = reasonsOf(manifest);
  if (reasons) lines.push(['missing', reasons]);
  const lacking = counts.tracksMissing > 0 ? `, ${counts.tracksMissing} missing` : '';
  lines.push(['tracks', `${counts.tracks} loaded${lacking}${source ? `, from ${source}` : ''}`]);
  return lines;
}

function reasonsOf(manifest: Manifest): string {
  const { missing, unlisted, counts } = manifest;
  const byReason: Record<string, number> = {};
  for (const { reason } of missing) byReason[reason] = (byReason[reason] ?? 0) + 1;
  const parts = missing.length > 0 ? [named(byReason)] : [];
  if (counts.unlisted > 0) {
    const unusable = unlisted.unusablePositions.length;
    const why =
      unlisted.listingStoppedBy ??
      (unusable > 0 && `entries that are null or have no id: ${unusable}`);
    parts.push(`${counts.unlisted} on no page${why ? ` (${why})` : ''}`);
  }
  const short = shortAlbums(manifest);
  const [[first] = []] = short;
  if (short.length === 1) parts.push(`tracks of album ${first}`);
  if (short.length > 1) parts.push(`tracks of ${short.length} albums, such as ${first}`);
  return parts.join(', and ');
}

function requestsOf({ requests: { byEndpoint, faulted } }: Outcome): string {
  const faults = sum(faulted) > 0 ? `; with faults: ${named(faulted)}` : '';
  const made = sum(byEndpoint);
  return `${made}${made > 0 ? ` (${named(byEndpoint)})` : ''}${faults}`;
}

function eventsOf(ledger: Ledger): Verdict['lines'] {
  const { sent, unsent, copies, segments, rejected, repeated, expected } = ledger;
  const delivered = { ...segments, rejected };
  const off = Object.entries(delivered)
    .filter(([name, n]) => n !== (expected[name] ?? 0))
    .map(([name, n]) => `${name} ${n} of ${expected[name] ?? 0} expected`);
  const notes = [
    copies > 0 && `${copies} sent twice by the producer`,
    unsent > 0 && `${unsent} could not be sent`,
    repeated > 0 && `${repeated} delivered twice`,
    off.length > 0 ? `not accounted for: ${off.join(', ')}` : 'all accounted for',
  ].filter((note) => note !== false);
  return [['events', `${sent} sent: ${named(delivered, true)}; ${notes.join('; ')}`]];
}

const sum = (each: Record<string, number>) => Object.values(each).reduce((a, b) => a + b, 0);

const named = (each: Record<string, number>, withZeros = false) =>
  Object.entries(each)
    .filter(([, count]) => withZeros || count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
