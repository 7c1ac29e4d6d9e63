import { keys } from '../../../core/lake/keys.ts';
import { spotifyFormat as format } from '../../../core/spotify/source.ts';
import { rebuildTables } from '../../../functions/transform-batch/rebuild-tables.ts';
import { parseRequest } from '../../../functions/transform-batch/request.ts';
import { transformBatch } from '../../../functions/transform-batch/transform-batch.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';
import {
  album,
  day,
  errorOf,
  manifest,
  page,
  run,
  runOf,
  storeAlbum,
  storeListing,
  track,
} from '../fixtures.ts';

const runs = [runOf('one', day(-3)), runOf('two', day(-2)), runOf('three', day(-1))];

/** Three runs, each with an album of its own in its tables. */
async function given() {
  const lake = createMemoryLake();
  for (const [i, of] of runs.entries()) {
    storeListing(lake, of, [page([album(`a${i}`)])]);
    storeAlbum(lake, `a${i}`, [page([track(`t${i}`)])]);
    const pages = [keys.listingPage(of, 0)];
    await lake.putJson(keys.manifest(of), manifest([`a${i}`], { run: of, pages }));
    await transformBatch({ manifestKey: keys.manifest(of) }, { lake, format });
  }
  const before = lake.puts.length;
  return {
    lake,
    rebuild: (rebuild: object = {}, remainingMs = () => 600_000, of = run) =>
      rebuildTables({ run: of, rebuild }, { lake, format, remainingMs }),
    /** Table files written since. */
    written: () => lake.puts.slice(before).filter((key) => key.startsWith('curated/')),
  };
}

describe('A rebuild of the tables', () => {
  it('makes each table of each run anew, in the same files', async () => {
    const { rebuild, written, lake } = await given();
    const files = lake.keys().filter((key) => key.startsWith('curated/'));
    for (const file of files) lake.store(file, 'old', day(0));
    expect(await rebuild()).toMatchObject({
      outcome: 'DONE',
      manifests: 3,
      left: 0,
      rebuilt: 3,
      rows: 15,
      kept: [],
    });
    expect(written().sort()).toEqual(files);
    expect(lake.keys().filter((key) => key.startsWith('curated/'))).toEqual(files);
    for (const file of files) expect(lake.bytesOf(file).toString()).not.toBe('old');
  });

  it('takes the runs since a day, and one table, where it is asked to', async () => {
    const { rebuild, written } = await given();
    const since = day(-2).toISOString().slice(0, 10);
    expect(await rebuild({ since, table: 'tracks' })).toMatchObject({ rebuilt: 2, rows: 2 });
    expect(written()).toEqual([
      keys.table('tracks', runs[1] as never),
      keys.table('tracks', runs[2] as never),
    ]);
  });

  it('goes on run by run where the time of a call ends, and where an execution was cut', async () => {
    const { rebuild, written } = await given();
    expect(await rebuild({}, () => 0)).toMatchObject({ outcome: 'MORE', rebuilt: 1, left: 2 });
    expect(await rebuild({}, () => 0)).toMatchObject({ outcome: 'MORE', rebuilt: 2, left: 1 });
    const later = runOf('another', day(1));
    expect(await rebuild({ resume: run }, () => 600_000, later)).toMatchObject({
      outcome: 'DONE',
      rebuilt: 3,
      left: 0,
    });
    expect(written()).toHaveLength(15);
  });

  it('keeps the tables of runs whose raw data is gone, and names them', async () => {
    const { rebuild, lake } = await given();
    lake.store(keys.albumTracks('a1'), '{"cut', day(0));
    const kept = lake.bytesOf(keys.table('tracks', runs[1] as never));
    expect(await rebuild()).toMatchObject({
      outcome: 'DONE',
      rebuilt: 2,
      kept: [{ manifestKey: keys.manifest(runs[1] as never), reason: expect.any(String) }],
    });
    expect(lake.bytesOf(keys.table('tracks', runs[1] as never))).toEqual(kept);
  });

  it('does not stop at a lake that fails, as if its data were gone', async () => {
    const { rebuild, lake } = await given();
    const failure = new Error('SlowDown');
    lake.put = async () => Promise.reject(failure);
    expect(await errorOf(rebuild())).toBe(failure);
  });

  it('can be resumed when its first run was cut', async () => {
    const { rebuild, lake } = await given();
    const { put } = lake;
    lake.put = async (key, body) => {
      if (key.startsWith('curated/')) throw new Error('killed');
      await put(key, body);
    };
    expect(await errorOf(rebuild())).toMatchObject({ message: 'killed' });
    lake.put = put;
    expect(await rebuild({ resume: run })).toMatchObject({ outcome: 'DONE', rebuilt: 3 });
  });

  it('goes on with none that there is not', async () => {
    const { rebuild } = await given();
    expect(await errorOf(rebuild({ resume: run }))).toMatchObject({ name: 'InvalidInput' });
  });
});

describe('The event of a rebuild', () => {
  it.each([{}, { since: '2026-11-01' }, { table: 'tracks' }, { resume: run }])(
    'may be %j',
    (rebuild) => {
      expect(parseRequest({ run, rebuild })).toEqual({ run, rebuild });
    },
  );

  it.each([
    [{ since: 'yesterday' }, 'rebuild.since'],
    [{ table: 'runs' }, 'rebuild.table'],
    [{ resume: 'x' }, 'rebuild.resume'],
  ])('may not be %j', (rebuild, field) => {
    expect(() => parseRequest({ run, rebuild })).toThrow(`TransformBatch: ${field}: `);
  });
});
