import { keys } from '../../../../functions/lib/lake/keys.ts';
import { knownAlbums } from '../../../../functions/lib/lake/receipts.ts';
import { createMemoryLake } from '../../../given/lake.ts';
import { day, errorOf, landReceipt, manifest, plan, run, runOf } from '../../given.ts';

const known = async (lake: ReturnType<typeof createMemoryLake>, since = day(-14)) =>
  [...(await knownAlbums(lake, since, day(0)))].sort();

describe('The albums that are known', () => {
  it('are those of the receipts of runs since then', async () => {
    const lake = createMemoryLake();
    landReceipt(lake, runOf('a', day(-14)), ['album1']);
    landReceipt(lake, runOf('b', day(-3)), ['album2', 'album3']);
    landReceipt(lake, runOf('c', day(0)), ['album3', 'album4']);
    expect(await known(lake)).toEqual(['album1', 'album2', 'album3', 'album4']);
  });

  it('are not those of a run that started a moment before, be it on the same day', async () => {
    const lake = createMemoryLake();
    landReceipt(lake, runOf('early', new Date(day(-14).getTime() - 1)), ['album1']);
    landReceipt(lake, runOf('old', day(-15)), ['album2']);
    expect(await known(lake)).toEqual([]);
  });

  it('are those of an earlier run of the same day, up to midnight', async () => {
    const lake = createMemoryLake();
    landReceipt(lake, runOf('a', new Date('2026-11-20T23:59:59.999Z')), ['album1']);
    landReceipt(lake, runOf('b', new Date('2026-11-21T00:00:00.000Z')), ['album2']);
    const since = new Date('2026-11-20T23:00:00.000Z');
    const until = new Date('2026-11-21T00:00:01.000Z');
    expect([...(await knownAlbums(lake, since, until))].sort()).toEqual(['album1', 'album2']);
  });

  it('are not those of a plan or a manifest: what was not transformed is in no table', async () => {
    const lake = createMemoryLake();
    await lake.putJson(keys.plan(run), plan({ planned: ['album1'] }));
    await lake.putJson(keys.manifest(run), manifest(['album1']));
    expect(await known(lake)).toEqual([]);
    expect(lake.gets).toEqual([]);
  });

  it('are none in an empty lake', async () => {
    expect(await known(createMemoryLake())).toEqual([]);
  });

  it('are not guessed from a damaged receipt', async () => {
    const lake = createMemoryLake();
    lake.land(keys.receipt(run), '{"run":{}}', day(0));
    const error = await errorOf(known(lake));
    expect(error).toMatchObject({ name: 'InvalidInput' });
    expect(error.message).toContain(keys.receipt(run));
  });
});
