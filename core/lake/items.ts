import * as z from 'zod';

/** An id becomes part of keys: no slashes, no dots, nothing that a path could misread. */
export const idSchema = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/);

/** An object of an API: only its id is relied on, every other field may be missing. */
export type Item = Record<string, unknown> & { id: string };

export function isItem(value: unknown): value is Item {
  return idSchema.safeParse((value as { id?: unknown } | null)?.id).success;
}

/** A page of a list as it was given out, nulls included. */
export interface PageOfItems {
  items: unknown[];
  /** Position of the first item in its list. */
  offset: number;
  /** How many items the page says its list has. */
  total: number;
}

/** Each usable item once, in order; the positions of those that are none; how many were repeated. */
export interface UsableItems {
  items: Item[];
  unusable: number[];
  repeated: number;
}

export function usableItems(pages: PageOfItems[]): UsableItems {
  const byId = new Map<string, Item>();
  const unusable: number[] = [];
  let repeated = 0;
  for (const { items, offset } of pages) {
    items.forEach((item, i) => {
      if (!isItem(item)) unusable.push(offset + i);
      else if (byId.has(item.id)) repeated += 1;
      else byId.set(item.id, item);
    });
  }
  return { items: [...byId.values()], unusable, repeated };
}
