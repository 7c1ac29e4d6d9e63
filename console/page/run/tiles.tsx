import { useState } from 'preact/hooks';
import type { AlbumTile, TileState } from '../../model/album-tiles.ts';
import { count } from '../../model/format.ts';

const SIGNS: Record<TileState, string> = {
  waiting: '',
  running: '◐',
  loaded: '✓',
  skipped: '–',
  missing: '✕',
};
const ORDER: TileState[] = ['loaded', 'skipped', 'missing', 'running', 'waiting'];

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
