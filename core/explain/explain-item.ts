import { keys } from '../lake/keys.ts';
import type { StoredObjects } from '../lake/stored-objects.ts';
import { thousands } from '../terminal/thousands.ts';
import { explainRun } from './explain-run.ts';
import type { Finding } from './finding.ts';
import type { Sources } from './sources.ts';

/** A row of the id in a table, with the album whose raw data holds it. */
interface Row {
  readonly kind: string;
  readonly name: string | null;
  readonly albumId: string | null;
  readonly runId: string;
  readonly day: string;
  readonly source: string | null;
}

/** Albums of an artist that are shown. */
const MOST_ALBUMS = 3;

/** From an album, track or artist back to its rows, raw objects, pages, requests and run. */
export async function explainItem(id: string, sources: Sources): Promise<Finding[]> {
  const { lake } = sources;
  const rows = await findRows(id, sources);
  const [row] = rows;
  if (row === undefined) return [];
  const albums = [...new Set(rows.map(({ albumId }) => albumId ?? ''))].filter(Boolean);
  const findings: Finding[] = [rowOf(id, row, rows, lake)];
  for (const album of albums.slice(0, MOST_ALBUMS)) {
    findings.push(...(await rawAlbum(lake, album, id)));
    const from = rows.find(({ albumId }) => albumId === album) ?? row;
    findings.push(...(await listingPage(lake, from, album)));
  }
  if (albums.length > MOST_ALBUMS) {
    findings.push({ what: `${albums.length - MOST_ALBUMS} more albums`, facts: [] });
  }
  findings.push(...(await explainRun(row.runId, sources, row.day)));
  return findings;
}

async function findRows(id: string, { query }: Sources): Promise<Row[]> {
  const of = (kind: string, table: string, album: string, where: string) =>
    `SELECT '${kind}' AS kind, t.name, ${album} AS album_id, t.run_id, t.ingest_date, t.source, t.ingested_at
FROM ${table} t ${where}`;
  const sql = [
    of('album', 'albums', 't.id', `WHERE t.id = '${id}'`),
    of('track', 'tracks', 't.album_id', `WHERE t.id = '${id}'`),
    of(
      'artist',
      'artists',
      'l.album_id',
      `LEFT JOIN (
  SELECT artist_id, album_id, run_id FROM album_artists
  UNION SELECT l.artist_id, s.album_id, s.run_id
  FROM track_artists l JOIN tracks s ON s.id = l.track_id AND s.run_id = l.run_id
) l ON l.artist_id = t.id AND l.run_id = t.run_id WHERE t.id = '${id}'`,
    ),
  ].join('\nUNION ALL\n');
  const rows = await query(
    `SELECT kind, name, album_id, run_id, CAST(ingest_date AS varchar), source FROM (\n${sql}\n)
ORDER BY ingested_at DESC, run_id DESC, album_id LIMIT 100`,
  );
  return rows.map(([kind, name, albumId, runId, day, source]) => ({
    ...{ kind: String(kind), name: name as string | null, albumId: albumId as string | null },
    ...{ runId: String(runId), day: String(day), source: source as string | null },
  }));
}

const runKey = ({ runId, day }: Row) => ({ runId, startedAt: day });

function rowOf(id: string, row: Row, rows: readonly Row[], lake: StoredObjects): Finding {
  const runs = new Set(rows.map(({ runId }) => runId)).size;
  return {
    what: `${row.kind} ${id}`,
    facts: [
      ['name', row.name ?? ''],
      ['row', lake.locationOf(keys.table(`${row.kind}s`, runKey(row)))],
      ['rows of', `${runs} ${runs === 1 ? 'run' : 'runs'}, the newest ${row.runId}`],
    ],
  };
}

async function rawAlbum(lake: StoredObjects, albumId: string, id: string): Promise<Finding[]> {
  const key = keys.albumTracks(albumId);
  const bytes = await lake.get(key);
  const what = `raw tracks of album ${albumId}`;
  if (bytes === undefined) {
    return [{ what, facts: [['object', `${lake.locationOf(key)}, which has expired`]] }];
  }
  const { pages = [] } = parse(bytes) as { pages?: Page[] };
  const at = pages.findIndex((page) => JSON.stringify(page).includes(`"${id}"`));
  const shown = pages[Math.max(0, at)];
  const item = shown?.items?.findIndex((each) => JSON.stringify(each).includes(`"${id}"`)) ?? -1;
  return [
    {
      what,
      facts: [
        ['object', lake.locationOf(key)],
        ['bytes', thousands(bytes.length)],
        ...pageFacts(shown, at, pages.length, item),
      ],
      ...(item >= 0 && { raw: JSON.stringify(shown?.items?.[item]) }),
    },
  ];
}

/** A page of Spotify, as far as it is read here. */
interface Page {
  readonly href?: string;
  readonly items?: readonly unknown[];
}

function pageFacts(
  page: Page | undefined,
  at: number,
  pages: number,
  item: number,
): [string, string][] {
  if (page === undefined) return [];
  const place = at >= 0 && item >= 0 ? `${at + 1} of ${pages}, item ${item + 1}` : `${pages}`;
  return [
    ['page', place],
    ...(page.href ? [['request', `GET ${page.href}`] as [string, string]] : []),
  ];
}

async function listingPage(lake: StoredObjects, row: Row, albumId: string): Promise<Finding[]> {
  const prefix = keys.listingPage(runKey(row), 0).replace(/page-\d+\.json$/, '');
  for (const key of await lake.list(prefix)) {
    const bytes = await lake.get(key);
    if (!bytes?.includes(`"${albumId}"`)) continue;
    const page = parse(bytes) as { albums?: Page } & Page;
    const { items = [], href } = page.albums ?? page;
    const item = items.findIndex((each) => (each as { id?: unknown } | null)?.id === albumId);
    return [
      {
        what: `listed by run ${row.runId}`,
        facts: [
          ['object', lake.locationOf(key)],
          ['item', `${item + 1} of ${items.length}`],
          ...(href ? [['request', `GET ${href}`] as [string, string]] : []),
        ],
        ...(item >= 0 && { raw: JSON.stringify(items[item]) }),
      },
    ];
  }
  return [];
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) ?? {};
  } catch {
    return {};
  }
}
