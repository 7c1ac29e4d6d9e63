/** The value at a path such as `$.detail.items[0]["a b"]`; undefined where there is none. */
export function valueAt(selector: string, json: unknown): unknown {
  let value = json;
  for (const [, name, index, quoted] of selector.matchAll(
    /\.([\w-]+)|\[(\d+)\]|\[["']([^"']*)["']\]/g,
  )) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = name ?? index ?? quoted ?? '';
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}
