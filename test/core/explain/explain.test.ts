import { InvalidInput } from '../../../core/errors.ts';
import { explain } from '../../../core/explain/explain.ts';
import type { Sources } from '../../../core/explain/sources.ts';

const folder = (run: string) => `raw/manifests/ingest_date=2026-11-2${run.at(-1)}/run_id=${run}`;

/** A lake of two runs, neither of which could load the album `lost`; `rows` are those of `runs`. */
function givenSources(rows: unknown[][] = []) {
  const asked: string[] = [];
  const objects = new Map(
    ['run-1', 'run-2'].map((runId) => [
      `${folder(runId)}/manifest.json`,
      JSON.stringify({
        run: { runId },
        missing: [{ albumId: 'lost', reason: 'ResourceNotFound' }],
      }),
    ]),
  );
  const lake: Sources['lake'] = {
    get: async (key) => (objects.has(key) ? Buffer.from(objects.get(key) ?? '') : undefined),
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    locationOf: (key) => `s3://lake/${key}`,
  };
  const sources: Sources = {
    lake,
    segment: async () => lake,
    stream: undefined,
    async query(sql) {
      asked.push(sql);
      return sql.includes('FROM runs') ? rows : [];
    },
  };
  return { sources, asked };
}

describe('an id', () => {
  it('of an album that no run could load leads to the reason and to the last of these runs', async () => {
    const { sources } = givenSources();
    await expect(explain('lost', sources)).resolves.toEqual([
      {
        what: 'album lost, not loaded yet',
        facts: [
          ['reason', 'ResourceNotFound'],
          ['missing in', '2 of the last 2 runs'],
          ['manifest', `s3://lake/${folder('run-2')}/manifest.json`],
        ],
      },
      expect.objectContaining({ what: 'run run-2', runId: 'run-2' }),
    ]);
  });

  it('of a run leads to its row and its manifest', async () => {
    const { sources } = givenSources([['PARTIAL', '2026-11-21 06:00:00', 'search', '2026-11-21']]);
    await expect(explain('run-1', sources)).resolves.toEqual([
      {
        what: 'run run-1',
        runId: 'run-1',
        facts: [
          ['status', 'PARTIAL'],
          ['started', '2026-11-21 06:00:00 UTC'],
          ['source', 'search'],
          ['manifest', `s3://lake/${folder('run-1')}/manifest.json`],
        ],
      },
    ]);
  });

  it('of a run without a row leads to its manifest', async () => {
    const [found] = await explain('run-1', givenSources().sources);
    expect(found?.facts).toContainEqual(['status', 'no row in runs']);
    expect(found?.facts).toContainEqual(['manifest', `s3://lake/${folder('run-1')}/manifest.json`]);
  });

  it('that nothing has leads nowhere', async () => {
    await expect(explain('nothing', givenSources().sources)).resolves.toEqual([]);
    await expect(explain('0-123', givenSources().sources)).resolves.toEqual([]);
  });

  it('that is none becomes no part of SQL', async () => {
    const { sources, asked } = givenSources();
    await expect(explain("x' OR 1=1", sources)).rejects.toThrow(InvalidInput);
    expect(asked).toEqual([]);
  });
});
