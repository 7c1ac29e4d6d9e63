import pMap from 'p-map';
import { keys } from '../../core/lake/keys.ts';
import type { Manifest } from '../../core/lake/manifest.ts';
import type { Trace } from '../model/api.ts';
import type { Clients } from './clients.ts';
import { eventById } from './event-by-id.ts';
import { getBytes } from './lake-objects.ts';
import type { RunHistory } from './run-history.ts';
import type { Stage } from './stage.ts';

/** Raw albums that are searched for an id which no manifest names. */
const MOST_ALBUMS = 400;
const RAW_SHOWN = 4_000;

/**
 * Where an id came from: the raw object, the page that listed it, the request and the run. Takes ids of
 * runs, albums, tracks, artists and events; an album of the same row shortens the search.
 */
export async function explain(
  clients: Clients,
  stage: Stage,
  history: RunHistory,
  { id, albumId }: { id: string; albumId?: string | undefined },
): Promise<Trace[]> {
  if (/^\d+-\d{30,}$/.test(id)) return eventById(clients, stage, id);
  const runs = (await history.last(90)).reverse();
  const run = runs.find(({ runId }) => runId === id);
  if (run) return [runTrace(run)];
  if (!/^[A-Za-z0-9]{1,64}$/.test(id)) return [];
  const manifests = history.manifests();
  const album = albumId ?? (await albumOf(clients, stage, manifests, id));
  if (album === undefined) return [];
  return [
    ...(await rawAlbum(clients, stage, album, id)),
    ...(await listings(clients, stage, manifests, album)),
    ...runs
      .filter(({ runId }) =>
        manifests.some((each) => each.run.runId === runId && placeIn(each, album)),
      )
      .map(runTrace),
  ];
}

function runTrace(run: Awaited<ReturnType<RunHistory['last']>>[number]): Trace {
  const { counts } = run;
  return {
    what: 'run',
    title: run.runId,
    runId: run.runId,
    facts: [
      ['status', run.status],
      ['started', new Date(run.startedAt).toISOString()],
      ...(counts
        ? ([
            [
              'albums',
              `${counts.loaded} loaded, ${counts.skipped} skipped, ${counts.missing} missing`,
            ],
          ] as [string, string][])
        : []),
    ],
  };
}

function placeIn({ loaded, skipped, missing }: Manifest, albumId: string): string | undefined {
  if (loaded.some((album) => album.albumId === albumId)) return 'loaded';
  if (skipped.includes(albumId)) return 'skipped: loaded by an earlier run';
  const lost = missing.find((album) => album.albumId === albumId);
  return lost && `missing: ${lost.reason}`;
}

/** The album that an id belongs to: its own, or one whose raw tracks hold it. */
async function albumOf(
  { s3 }: Clients,
  stage: Stage,
  manifests: Manifest[],
  id: string,
): Promise<string | undefined> {
  if (manifests.some((manifest) => placeIn(manifest, id))) return id;
  const albums = [
    ...new Set(manifests.flatMap(({ loaded }) => loaded.map((album) => album.albumId))),
  ];
  const quoted = JSON.stringify(id);
  let found: string | undefined;
  await pMap(
    albums.slice(0, MOST_ALBUMS),
    async (album) => {
      if (found !== undefined) return;
      const bytes = await getBytes(s3, stage.lakeBucket, keys.albumTracks(album));
      if (bytes?.includes(quoted)) found ??= album;
    },
    { concurrency: 8 },
  );
  return found;
}

async function rawAlbum(
  { s3 }: Clients,
  stage: Stage,
  albumId: string,
  id: string,
): Promise<Trace[]> {
  const key = keys.albumTracks(albumId);
  const bytes = await getBytes(s3, stage.lakeBucket, key);
  if (!bytes) return [];
  const text = bytes.toString();
  const requests = [
    ...new Set(
      [...text.matchAll(/"href"\s*:\s*"(https?:[^"]*\/albums\/[^"]*\/tracks[^"]*)"/g)].map(
        (m) => m[1] ?? '',
      ),
    ),
  ];
  return [
    {
      what: 'object',
      title: `s3://${stage.lakeBucket}/${key}`,
      facts: [
        ['album', albumId],
        ['bytes', bytes.length.toLocaleString('en')],
      ],
      raw: around(text, id),
    },
    ...requests.map((url): Trace => ({ what: 'request', title: `GET ${url}`, facts: [] })),
  ];
}

async function listings(
  { s3 }: Clients,
  stage: Stage,
  manifests: Manifest[],
  albumId: string,
): Promise<Trace[]> {
  const traces: Trace[] = [];
  // The newest run that had it tells enough.
  const manifest = manifests.find((each) => placeIn(each, albumId));
  for (const key of manifest?.pages ?? []) {
    const text = (await getBytes(s3, stage.lakeBucket, key))?.toString() ?? '';
    if (!text.includes(JSON.stringify(albumId))) continue;
    const [, url] = /"href"\s*:\s*"(https?:[^"]*(?:new-releases|search)[^"]*)"/.exec(text) ?? [];
    traces.push({
      what: 'page',
      title: `s3://${stage.lakeBucket}/${key}`,
      facts: [
        ['run', manifest?.run.runId ?? ''],
        ['album', placeIn(manifest as Manifest, albumId) ?? ''],
      ],
      raw: around(text, albumId),
    });
    if (url) traces.push({ what: 'request', title: `GET ${url}`, facts: [] });
    break;
  }
  return traces;
}

/** The text about an id, so that it can be seen where it stands. */
function around(text: string, id: string): string {
  const at = Math.max(0, text.indexOf(JSON.stringify(id)) - RAW_SHOWN / 4);
  const shown = text.slice(at, at + RAW_SHOWN);
  return `${at > 0 ? '…' : ''}${shown}${at + RAW_SHOWN < text.length ? '…' : ''}`;
}
