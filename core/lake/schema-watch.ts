import * as z from 'zod';
import type { Item } from './items.ts';

const fieldSchema = z.object({
  /** JSON types seen, sorted. */
  types: z.array(z.string()),
  /** It was on every item so far. */
  always: z.boolean(),
});

/** The fields that runs have seen so far: `album.name`, `track.artists[].id`, `album.images[].url`. */
export const fieldsSchema = z.record(z.string(), fieldSchema);
export type Fields = z.infer<typeof fieldsSchema>;

export const fieldChangeSchema = z.object({
  field: z.string(),
  change: z.enum(['appeared', 'vanished', 'changed type']),
  types: z.array(z.string()),
});
export type FieldChange = z.infer<typeof fieldChangeSchema>;

/** An object that has ids as names would fill the manifest: the rest is not watched. */
const MOST_FIELDS = 300;
const DEPTH = 2;

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;

/** Collects the fields of items of one kind. */
export function createFieldCollector(kind: string) {
  const seen = new Map<string, { types: Set<string>; on: number }>();
  let items = 0;

  function note(path: string, value: unknown, onThisItem: Set<string>, depth: number): void {
    const field = seen.get(path);
    if (!field && seen.size >= MOST_FIELDS) return;
    const { types, on } = field ?? { types: new Set(), on: 0 };
    types.add(typeOf(value));
    seen.set(path, { types, on: on + (onThisItem.has(path) ? 0 : 1) });
    onThisItem.add(path);
    if (depth === 0) return;
    if (Array.isArray(value)) {
      for (const each of value) noteFields(`${path}[]`, each, onThisItem, depth - 1);
    } else noteFields(path, value, onThisItem, depth - 1);
  }

  function noteFields(path: string, value: unknown, onThisItem: Set<string>, depth: number): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const [name, each] of Object.entries(value)) {
      note(`${path}.${name}`, each, onThisItem, depth);
    }
  }

  return {
    add(item: Item) {
      items += 1;
      noteFields(kind, item, new Set(), DEPTH - 1);
    },
    fields: (): Fields =>
      Object.fromEntries(
        [...seen].map(([path, { types, on }]) => [
          path,
          { types: [...types].sort(), always: on === items },
        ]),
      ),
  };
}

/**
 * What is new against the runs before, and what this run hands on. A kind of which this run saw no item
 * stays as it was. A field vanishes when it was on every item before and is now on none; what
 * comes and goes with the item is no change.
 */
export function compareFields(
  before: Fields | undefined,
  now: Fields,
): { changes: FieldChange[]; fields: Fields } {
  const kindOf = (path: string) => path.slice(0, path.indexOf('.'));
  const kindsNow = new Set(Object.keys(now).map(kindOf));
  const kindsBefore = new Set(Object.keys(before ?? {}).map(kindOf));
  const fields: Fields = {};
  const changes: FieldChange[] = [];

  for (const [field, { types, always }] of Object.entries(before ?? {})) {
    const isGone = kindsNow.has(kindOf(field)) && !now[field];
    if (isGone && always) changes.push({ field, change: 'vanished', types });
    else fields[field] = { types, always: always && !isGone };
  }
  for (const [field, { types, always }] of Object.entries(now)) {
    const old = before?.[field];
    if (!old) {
      if (kindsBefore.has(kindOf(field))) changes.push({ field, change: 'appeared', types });
      fields[field] = { types, always: always && !kindsBefore.has(kindOf(field)) };
      continue;
    }
    const added = types.filter((type) => type !== 'null' && !old.types.includes(type));
    const hadType = old.types.some((type) => type !== 'null');
    if (added.length > 0 && hadType) changes.push({ field, change: 'changed type', types: added });
    fields[field] = {
      types: [...new Set([...old.types, ...types])].sort(),
      always: old.always && always,
    };
  }
  return { changes, fields };
}

/** One line for the table of runs; null where nothing changed. */
export const describeChanges = (changes: FieldChange[]): string | null =>
  changes.length === 0
    ? null
    : changes
        .map(({ field, change, types }) => `${field} ${change} (${types.join(', ')})`)
        .join('; ')
        .slice(0, 1_000);
