import pMap from 'p-map';
import { parseJson } from '../parse.ts';
import { explainRun, manifestKeys } from './explain-run.ts';
import type { Finding } from './finding.ts';
import type { Sources } from './sources.ts';

/** Runs that are searched, from the newest back. */
const MOST_RUNS = 60;

interface Manifest {
  run: { runId: string };
  missing?: { albumId: string; reason: string }[];
}

/** An album that has no row yet, because the runs that listed it could not load it. */
export async function explainMissing(albumId: string, sources: Sources): Promise<Finding[]> {
  const { lake } = sources;
  const newest = (await manifestKeys(lake)).slice(-MOST_RUNS).reverse();
  const found = await pMap(
    newest,
    async (key) => {
      const bytes = await lake.get(key);
      if (!bytes?.includes(`"${albumId}"`)) return [];
      const { run, missing } = parseJson(bytes, key) as Manifest;
      const reason = missing?.find((album) => album.albumId === albumId)?.reason;
      return reason === undefined ? [] : [{ runId: run.runId, reason, key }];
    },
    { concurrency: 8 },
  );
  const [last, ...earlier] = found.flat();
  if (last === undefined) return [];
  return [
    {
      what: `album ${albumId}, not loaded yet`,
      facts: [
        ['reason', last.reason],
        ['missing in', `${earlier.length + 1} of the last ${newest.length} runs`],
        ['manifest', lake.locationOf(last.key)],
      ],
    },
    ...(await explainRun(last.runId, sources)),
  ];
}
