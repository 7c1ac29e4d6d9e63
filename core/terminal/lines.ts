/** A line without its end; `data` is missing when it has more than the allowed bytes. */
export interface Line {
  /** From 1 on. */
  readonly number: number;
  readonly data: Buffer | undefined;
  /** With its end. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/**
 * The lines of a file in groups, as its bytes come: readline would decode them and so change what is
 * no UTF-8, and would hold a line of any length. Blank lines are left out, and so is the byte order
 * mark that some editors put in front of a file.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line[]> {
  let number = 0;
  let open: Buffer[] = [];
  let bytes = 0;

  const close = (lines: Line[]): void => {
    number++;
    if (bytes > maxBytes + 2) lines.push({ number, data: undefined, bytes });
    else {
      const data = trim(Buffer.concat(open), number === 1);
      if (data.length > maxBytes) lines.push({ number, data: undefined, bytes });
      else if (!isBlank(data)) lines.push({ number, data, bytes });
    }
    open = [];
    bytes = 0;
  };
  const take = (piece: Buffer): void => {
    bytes += piece.length;
    if (bytes > maxBytes + 2) open = [];
    else open.push(piece);
  };

  for await (const chunk of source) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const lines: Line[] = [];
    let from = 0;
    for (let at = buffer.indexOf(LINE_FEED); at !== -1; at = buffer.indexOf(LINE_FEED, from)) {
      take(buffer.subarray(from, at + 1));
      close(lines);
      from = at + 1;
    }
    if (from < buffer.length) take(buffer.subarray(from));
    yield lines;
  }
  const rest: Line[] = [];
  if (bytes > 0) close(rest);
  yield rest;
}

function trim(line: Buffer, isFirst: boolean): Buffer {
  let stop = line.length;
  if (line[stop - 1] === LINE_FEED) stop--;
  if (line[stop - 1] === CARRIAGE_RETURN) stop--;
  const start = isFirst && line.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  return line.subarray(start, stop);
}

const isBlank = (line: Buffer): boolean =>
  line.every((byte) => byte === 0x20 || byte === 0x09 || byte === CARRIAGE_RETURN);
