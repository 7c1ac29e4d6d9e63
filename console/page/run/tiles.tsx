import { useState } from 'preact/hooks';
import { count } from '../../model/format.ts';
import type { Tile } from '../../model/run-view.ts';

export type TileState = Tile['is'] | 'skipped';

export interface AlbumTile {
  index?: number;
  albumId: string;
  is: TileState;
  reason?: string;
}

const SIGNS: Record<TileState, string> = {
  waiting: '',
  running: '◐',
  retrying: '↻',
  loaded: '✓',
  skipped: '–',
  missing: '✕',
};
const ORDER: TileState[] = ['loaded', 'skipped', 'missing', 'running', 'retrying', 'waiting'];

/** The Map's items and what needed no request, as one list. */
export function albumTiles(tiles: Tile[], skipped: string[], overBudget: string[]): AlbumTile[] {
  return [
    ...tiles,
    ...skipped.map((albumId): AlbumTile => ({ albumId, is: 'skipped' })),
    ...overBudget.map((albumId): AlbumTile => ({ albumId, is: 'missing', reason: 'BudgetSpent' })),
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
