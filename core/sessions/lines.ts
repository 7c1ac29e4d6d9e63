export const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/** White space of JSON: behind an event, any other byte makes it invalid. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;

/** Events as lines, each ended by a line feed. */
export function joinLines(events: readonly Uint8Array[]): Buffer {
  const size = events.reduce((sum, data) => sum + lineLength(data) + 1, 0);
  const joined = Buffer.allocUnsafe(size);
  let at = 0;
  for (const data of events) {
    const length = lineLength(data);
    joined.set(length === data.length ? data : data.subarray(0, length), at);
    at += length;
    joined[at++] = LINE_FEED;
  }
  return joined;
}

/** The events of a record of lines, without line feeds; an event alone is returned as it is. */
export function splitLines(data: Uint8Array): Buffer[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const events: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, from);
    const stop = found === -1 ? bytes.length : found;
    if (stop > from) events.push(bytes.subarray(from, stop));
    from = stop + 1;
  }
  return events;
}

/**
 * The length of an event without its line end. Producers put line feeds behind events; kept, they
 * would be empty lines in the files. In front of the last brace there are none (`line-break`).
 */
export function lineLength(data: Uint8Array): number {
  let length = data.length;
  if (length === 0 || (data[length - 1] as number) > SPACE) return length;
  for (let at = data.length - 1; isSpace(data[at]); at--) {
    if (data[at] === LINE_FEED || data[at] === CARRIAGE_RETURN) length = at;
  }
  return length;
}

/**
 * Divides items, in their order, into groups of at most `maxBytes`, and at least `minBytes` where
 * there is enough. An item larger than `maxBytes` is a group of its own.
 */
export function cut<T>(
  items: readonly T[],
  sizeOf: (item: T) => number,
  { minBytes, maxBytes }: { minBytes: number; maxBytes: number },
): T[][] {
  const groups: T[][] = [];
  let open: T[] = [];
  let bytes = 0;
  let bytesBefore = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (open.length > 0 && bytes + size > maxBytes) {
      groups.push(open);
      open = [];
      bytesBefore = bytes;
      bytes = 0;
    }
    open.push(item);
    bytes += size;
  }
  // A small rest joins the group before it, unless that one is a single large item.
  const before = groups.at(-1);
  if (bytes < minBytes && bytesBefore <= maxBytes && before !== undefined) before.push(...open);
  else if (open.length > 0) groups.push(open);
  return groups;
}
