import { PassThrough } from 'node:stream';
import { wrap } from '../../core/terminal/wrap.ts';
import { judge, type Outcome, renderVerdict } from '../../local/verdict.ts';
import { counts as countsOf } from '../fixtures/counts.ts';

const counts = countsOf({
  expected: 100,
  listed: 100,
  loaded: 100,
  tracks: 1487,
  requests: 107,
});
const manifest = {
  run: { runId: 'run-1', startedAt: '2026-11-21T06:00:00.000Z' },
  status: 'COMPLETE' as const,
  source: 'new-releases' as const,
  pages: [],
  counts,
  loaded: [],
  skipped: [],
  missing: [],
  unlisted: { unusablePositions: [], listingStoppedBy: null },
  waiting: {},
  fields: {},
  fieldChanges: [],
};
const ledger = {
  sent: 1000,
  unsent: 0,
  copies: 21,
  segments: { usa: 385, international: 596 },
  rejected: 19,
  repeated: 0,
  expected: { usa: 385, international: 596, rejected: 19 },
};
const outcome: Outcome = {
  runId: 'run-1',
  seconds: 6,
  manifest,
  requests: { byEndpoint: { token: 1, 'new-releases': 2, search: 0 }, faulted: { token: 0 } },
  ledger,
};

describe('The verdict', () => {
  it('of a complete run says so, with counts, in lines of 80 columns', () => {
    expect(renderVerdict(judge(outcome), { width: 80 }).split('\n')).toEqual([
      'COMPLETE  everything that was expected is in the lake',
      '  albums    100 loaded, 0 skipped, 0 missing; 100 listed of 100 expected',
      '  tracks    1487 loaded, from new-releases',
      '  requests  3 (token 1, new-releases 2)',
      '  events    1000 sent: usa 385, international 596, rejected 19; 21 sent twice by',
      '            the producer; all accounted for',
    ]);
  });

  it('names what is missing, with the reason and how often', () => {
    const missing = ['QuotaExhausted', 'QuotaExhausted', 'overBudget'].map((reason, i) => ({
      albumId: `a${i}`,
      reason,
    }));
    const deferred = {
      ...manifest,
      status: 'DEFERRED' as const,
      missing,
      counts: { ...counts, loaded: 97, missing: 3, unlisted: 4 },
      unlisted: { unusablePositions: [], listingStoppedBy: 'QuotaExhausted' },
    };
    const text = renderVerdict(judge({ ...outcome, manifest: deferred }));
    expect(text).toMatch(/^DEFERRED {2}a limit was reached; the next run loads the rest\n/);
    expect(text).toMatch(/missing +QuotaExhausted 2, overBudget 1, and 4 on no page \(QuotaExh/);
    expect(text).not.toMatch(/fail/i);
  });

  it('says that albums are on no page where a page has nothing or no id in their places', () => {
    const partial = {
      ...manifest,
      status: 'PARTIAL' as const,
      counts: { ...counts, unlisted: 2 },
      unlisted: { unusablePositions: [4], listingStoppedBy: null },
    };
    const text = renderVerdict(judge({ ...outcome, manifest: partial }));
    expect(text).toMatch(
      /^ {2}missing {3}2 on no page \(entries that are null or have no id: 1\)$/m,
    );
  });

  it('names the albums of a PARTIAL run that lack tracks alone', () => {
    const partial = (...ids: string[]) => ({
      ...outcome,
      manifest: {
        ...manifest,
        status: 'PARTIAL' as const,
        counts: { ...counts, tracksMissing: 2 },
        waiting: Object.fromEntries(ids.map((id) => [id, manifest.run.startedAt])),
      },
    });
    const lines = (...ids: string[]) => renderVerdict(judge(partial(...ids))).split('\n');
    expect(lines('a1').slice(2, 4)).toEqual([
      '  missing   tracks of album a1',
      '  tracks    1487 loaded, 2 missing, from new-releases',
    ]);
    expect(lines('a1', 'a2')[2]).toBe('  missing   tracks of 2 albums, such as a1');
  });

  it('of an exhausted quota before the first page is no failure of the run', () => {
    const failure = { error: 'QuotaExhausted', message: 'The quota is used up' };
    const { manifest: _, ledger: __, ...rest } = outcome;
    expect(judge({ ...rest, failure })).toMatchObject({ heading: 'DEFERRED', colour: 'yellow' });
    const other = judge({ ...rest, failure: { error: 'InvalidCredentials', message: 'no' } });
    expect(other).toMatchObject({
      heading: 'FAILED',
      colour: 'red',
      meaning: 'InvalidCredentials: no',
    });
  });

  it('says which events are not accounted for', () => {
    const off = { ...ledger, segments: { usa: 380, international: 596 }, unsent: 2 };
    const { heading, lines } = judge({ ...outcome, ledger: off });
    expect(heading).toBe('EVENTS MISSING');
    expect(Object.fromEntries(lines).events).toMatch(
      /2 could not be sent; not accounted for: usa 380 of 385 expected$/,
    );
  });

  it('is coloured on a terminal, and plain in a pipe', () => {
    const stream = (isTTY: boolean) =>
      Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream & { fd: 1 };
    expect(renderVerdict(judge(outcome), { stream: stream(true) })).toContain('\x1b[32m');
    expect(renderVerdict(judge(outcome), { stream: stream(false) })).not.toContain('\x1b[');
  });
});

it('wraps between words, and keeps a word that is longer than the line', () => {
  expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrap('a /very/long/path b', 6)).toEqual(['a', '/very/long/path', 'b']);
});
