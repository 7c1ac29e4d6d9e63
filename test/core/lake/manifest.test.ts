import {
  commitMarkerSchema,
  manifestSchema,
  planSchema,
  runSchema,
} from '../../../core/lake/manifest.ts';
import { parseAs } from '../../../core/parse.ts';
import { manifest, plan, run } from '../../functions/fixtures.ts';

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toMatchObject({ name: 'InvalidInput', transient: false });
    return (error as Error).message;
  }
  throw new Error('no error');
};

describe('What a run may be called', () => {
  it.each(['run-1', 'local-20261121', 'a'.repeat(80), '0f8fad5b-d9cb-469f-a165-70867728950e'])(
    '%j',
    (runId) => {
      expect(parseAs(runSchema, { ...run, runId }, 'x').runId).toBe(runId);
    },
  );

  it.each(['', '..', 'a/b', 'a=b', 'a b', 'a\n', 'ä', 'a'.repeat(81), 7, null])(
    'not %j, which becomes part of keys',
    (runId) => {
      expect(messageOf(() => parseAs(runSchema, { ...run, runId }, 'FetchToken'))).toMatch(
        /^FetchToken: runId: /,
      );
    },
  );

  it.each(['2026-11-21', 'yesterday', '2026-11-21T06:00:00', 1_700_000_000, undefined])(
    'not started at %j, which is no time in UTC',
    (startedAt) => {
      expect(messageOf(() => parseAs(runSchema, { ...run, startedAt }, 'x'))).toMatch(
        /^x: startedAt: /,
      );
    },
  );
});

describe('The error of a wrong document', () => {
  const good = manifest(['album1', 'album2']);

  it('does not come for a good one', () => {
    expect(parseAs(manifestSchema, good, 'manifest.json')).toEqual(good);
    expect(parseAs(planSchema, plan(), 'plan.json')).toEqual(plan());
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'value'],
    ['null', null, 'value'],
    ['text', 'text', 'value'],
    ['an unknown status', { ...good, status: 'DONE' }, 'status'],
    ['a count in words', { ...good, counts: { ...good.counts, loaded: '2' } }, 'counts.loaded'],
    ['a missing count', { ...good, counts: { expected: 1 } }, 'counts.listed'],
    [
      'an id that is a path',
      { ...good, loaded: [good.loaded[0], { ...good.loaded[1], albumId: '../x' }] },
      'loaded.1.albumId',
    ],
    ['a source that is no name', { ...good, source: 7 }, 'source'],
  ])('names the first wrong field in one line: %s', (_, value, field) => {
    const message = messageOf(() => parseAs(manifestSchema, value, 'manifest.json'));
    expect(message.startsWith(`manifest.json: ${field}: `)).toBe(true);
    expect(message).not.toContain('\n');
  });

  it('does not come for a manifest of an earlier version, which counts less', () => {
    const { waiting, fields, fieldChanges, counts, ...rest } = good;
    const { expected, listed, skipped, loaded, missing, unlisted, tracks, requests } = counts;
    const old = { expected, listed, skipped, loaded, missing, unlisted, tracks, requests };
    expect(parseAs(manifestSchema, { ...rest, counts: old }, 'manifest.json')).toEqual(good);
  });

  it('is one line for a commit marker too', () => {
    const message = messageOf(() =>
      parseAs(commitMarkerSchema, { run, albums: ['a b'] }, 'r.json'),
    );
    expect(message).toMatch(/^r\.json: albums\.0: .*$/);
  });
});
