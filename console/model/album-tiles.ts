import { albumsOfGroup } from '../../core/lake/groups.ts';
import type { Papers } from './api.ts';
import type { RunView } from './run-view.ts';

export type TileState = 'waiting' | 'running' | 'loaded' | 'skipped' | 'missing';

export interface AlbumTile {
  albumId: string;
  is: TileState;
  reason?: string;
}

/** Every album of a run: those of its plan as far as its calls report them, in the end as its manifest has them. */
export function albumTiles(
  { albums, runningItems }: Pick<RunView, 'albums' | 'runningItems'>,
  { plan, manifest }: Papers = {},
): AlbumTile[] {
  const missing = new Map(manifest?.missing.map(({ albumId, reason }) => [albumId, reason]));
  const loaded = new Set(manifest?.loaded.map(({ albumId }) => albumId));
  const running = new Set(
    runningItems
      .flatMap((group) => (plan ? albumsOfGroup(plan, group).albums : []))
      .map(({ albumId }) => albumId),
  );
  const planned = plan?.planned.map(({ albumId }) => albumId) ?? Object.keys(albums);
  const tileOf = (albumId: string): AlbumTile => {
    const album = albums[albumId];
    const reason = missing.get(albumId) ?? (album && 'reason' in album ? album.reason : undefined);
    if (loaded.has(albumId) || (album && reason === undefined)) return { albumId, is: 'loaded' };
    if (reason !== undefined) return { albumId, is: 'missing', reason };
    return { albumId, is: running.has(albumId) ? 'running' : 'waiting' };
  };
  return [
    ...planned.map(tileOf),
    ...(plan?.skipped ?? []).map((albumId): AlbumTile => ({ albumId, is: 'skipped' })),
    ...(plan?.notPlanned ?? []).map(
      ({ albumId, reason }): AlbumTile => ({ albumId, is: 'missing', reason }),
    ),
  ];
}

/** Reason by reason, the albums that are missing. */
export function missingByReason(tiles: AlbumTile[]): [string, string[]][] {
  const reasons = new Map<string, string[]>();
  for (const { is, reason = 'unknown', albumId } of tiles) {
    if (is === 'missing') reasons.set(reason, [...(reasons.get(reason) ?? []), albumId]);
  }
  return [...reasons].sort(([, a], [, b]) => b.length - a.length);
}
