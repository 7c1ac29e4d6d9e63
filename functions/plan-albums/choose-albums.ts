import type { Item } from '../../core/lake/items.ts';
import type { Plan } from '../../core/lake/manifest.ts';
import type { RawFormat } from '../../core/lake/source.ts';

interface Choice {
  format: RawFormat;
  /** Since when albums wait (ISO 8601). */
  waiting: Record<string, string>;
  /** The limit or failure that lets this run make no request at all. */
  endedBy: string | null;
  /** Requests that the run may still make. */
  left: number;
}

/**
 * The albums that the requests of the run pay for, those that wait the longest first, so that none waits
 * for ever behind newer ones. An album that costs more than a whole run does not block the others:
 * it is named.
 */
export function chooseAlbums(
  albums: Item[],
  { format, waiting, endedBy, left }: Choice,
): Pick<Plan, 'planned' | 'notPlanned'> {
  const planned: Plan['planned'] = [];
  const notPlanned: Plan['notPlanned'] = [];
  const since = (album: Item) => waiting[album.id] ?? '9';
  const inOrder = [...albums].sort((a, b) =>
    since(a) < since(b) ? -1 : Number(since(a) > since(b)),
  );
  let affordable = left;
  for (const album of inOrder) {
    const albumId = album.id;
    const totalTracks = totalOf(album);
    const cost = format.requestsFor(totalTracks);
    if (endedBy !== null) notPlanned.push({ albumId, reason: endedBy });
    else if (cost > left && left > 0) notPlanned.push({ albumId, reason: 'AlbumTooLarge' });
    else if (cost > affordable) {
      notPlanned.push({ albumId, reason: 'BudgetSpent' });
      // Cheaper ones behind it must not use up what it waits for.
      affordable = 0;
    } else {
      planned.push({ albumId, totalTracks });
      affordable -= cost;
    }
  }
  return { planned, notPlanned };
}

/** 0 where the listing says nothing usable; more than a safe integer is as much as that. */
function totalOf({ total_tracks: total }: Item): number {
  if (typeof total !== 'number' || !(total > 0)) return 0;
  return Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(total));
}
