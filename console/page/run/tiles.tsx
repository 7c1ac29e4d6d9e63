import { useState } from 'preact/hooks';
import type { Papers } from '../../model/api.ts';
import { count } from '../../model/format.ts';
import type { RunView } from '../../model/run-view.ts';

type TileState = 'waiting' | 'loaded' | 'skipped' | 'missing';

export interface AlbumTile {
  albumId: string;
  is: TileState;
  reason?: string;
}

const SIGNS: Record<TileState, string> = { waiting: '', loaded: '✓', skipped: '–', missing: '✕' };
const ORDER: TileState[] = ['loaded', 'skipped', 'missing', 'waiting'];

/** Every album of a run: those of its plan as far as its calls report them, in the end as its manifest has them. */
export function albumTiles(
  { albums }: Pick<RunView, 'albums'>,
  { plan, manifest }: Papers = {},
): AlbumTile[] {
  const missing = new Map(manifest?.missing.map(({ albumId, reason }) => [albumId, reason]));
  const loaded = new Set(manifest?.loaded.map(({ albumId }) => albumId));
  const planned = plan?.planned.map(({ albumId }) => albumId) ?? Object.keys(albums);
  const tileOf = (albumId: string): AlbumTile => {
    const album = albums[albumId];
    const reason = missing.get(albumId) ?? (album && 'reason' in album ? album.reason : undefined);
    if (loaded.has(albumId) || (album && reason === undefined)) return { albumId, is: 'loaded' };
    return reason === undefined ? { albumId, is: 'waiting' } : { albumId, is: 'missing', reason };
  };
  return [
    ...planned.map(tileOf),
    ...(plan?.skipped ?? []).map((albumId): AlbumTile => ({ albumId, is: 'skipped' })),
    ...(plan?.notPlanned ?? []).map(
      ({ albumId, reason }): AlbumTile => ({ albumId, is: 'missing', reason }),
    ),
  ];
}

interface Props {
  tiles: AlbumTile[];
  selected?: string | undefined;
  onSelect?: (tile: AlbumTile) => void;
}

/** One tile an album. One stop of the Tab key; the arrow keys go on from tile to tile. */
export function Tiles({ tiles, selected, onSelect }: Props) {
  const [at, setAt] = useState(0);
  const counts = new Map<TileState, number>();
  for (const { is } of tiles) counts.set(is, (counts.get(is) ?? 0) + 1);
  const move = (event: KeyboardEvent) => {
    const grid = event.currentTarget as HTMLElement;
    const columns = Math.max(1, Math.floor(grid.clientWidth / 24));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(tiles.length - 1, Math.max(0, at + step));
    setAt(next);
    (grid.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <>
      <ul class="legend">
        {ORDER.filter((is) => counts.get(is)).map((is) => (
          <li key={is}>
            <span class={`tile ${is}`} aria-hidden="true">
              {SIGNS[is]}
            </span>
            {count(counts.get(is) ?? 0)} {is}
          </li>
        ))}
      </ul>
      <div
        class="tiles"
        role="group"
        aria-label="Albums: the arrow keys go from one to the next"
        onKeyDown={move}
      >
        {tiles.map((tile, i) => {
          const label = `${tile.albumId || `item ${i}`}: ${tile.is}${tile.reason ? `, ${tile.reason}` : ''}`;
          return onSelect ? (
            <button
              type="button"
              key={i}
              class={`tile ${tile.is} ${selected !== undefined && selected === tile.albumId ? 'selected' : ''}`}
              aria-label={label}
              title={label}
              tabIndex={i === at ? 0 : -1}
              onFocus={() => setAt(i)}
              onClick={() => onSelect(tile)}
            >
              {SIGNS[tile.is]}
            </button>
          ) : (
            <span key={i} class={`tile ${tile.is}`} title={label}>
              {SIGNS[tile.is]}
            </span>
          );
        })}
      </div>
    </>
  );
}

/** Reason by reason, the albums that are missing. */
export function missingByReason(tiles: AlbumTile[]): [string, string[]][] {
  const reasons = new Map<string, string[]>();
  for (const { is, reason = 'unknown', albumId } of tiles) {
    if (is === 'missing') reasons.set(reason, [...(reasons.get(reason) ?? []), albumId]);
  }
  return [...reasons].sort(([, a], [, b]) => b.length - a.length);
}
