/** Bytes of an event, from `from` on and before `to`. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Where in its bytes an event is wrong: by the reason, and by the field that enrichment named, such as
 * `browsing_history[3].quantity`. Undefined where no single place is to blame, as for a missing field.
 */
export function locate(bytes: Uint8Array, reason: string, field?: string): Span | undefined {
  const latin1 = latin1Of(bytes);
  switch (reason) {
    case 'byte-order-mark':
      return { from: 0, to: 3 };
    case 'not-utf8':
      return firstNotUtf8(bytes);
    case 'not-json':
      return notJson(bytes);
    case 'line-break': {
      const at = latin1.search(/[\r\n]/);
      return at < 0 ? undefined : { from: at, to: at + 1 };
    }
    case 'forbidden-key': {
      const at = latin1.indexOf('"__proto__"');
      return at < 0 ? undefined : { from: at, to: at + 11 };
    }
    case 'too-deep':
      return deeperThan(latin1, 64);
    default:
      if (field === undefined) return undefined;
      return (
        memberAt(latin1, field) ?? (reason === 'duplicate-key' ? lastKey(latin1, field) : undefined)
      );
  }
}

/** Of a key further inside, enrichment tells the name alone. */
function lastKey(latin1: string, key: string): Span | undefined {
  const at = latin1.lastIndexOf(JSON.stringify(key));
  return at < 0 ? undefined : { from: at, to: at + key.length + 2 };
}

/** One character a byte, so that offsets are those of the bytes. */
function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return text;
}

function firstNotUtf8(bytes: Uint8Array): Span | undefined {
  let [good, bad] = [0, bytes.length + 1];
  // The longest prefix that decodes, but for a character that it may cut in two.
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good >= bytes.length ? undefined : { from: bad - 1, to: bad };
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function notJson(bytes: Uint8Array): Span | undefined {
  const text = new TextDecoder().decode(bytes);
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const [, position] = /position (\d+)/.exec((error as Error).message) ?? [];
    const offset = position === undefined ? text.length : Number(position);
    const from = new TextEncoder().encode(text.slice(0, offset)).length;
    return {
      from: Math.min(from, Math.max(0, bytes.length - 1)),
      to: Math.min(from + 1, bytes.length),
    };
  }
}

function deeperThan(latin1: string, depth: number): Span | undefined {
  let open = 0;
  for (const { 0: token, index } of latin1.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/g)) {
    if (token === '[' || token === '{') open++;
    else if (token === ']' || token === '}') open--;
    if (open > depth) return { from: index, to: index + 1 };
  }
  return undefined;
}

/** Key and value of a path; of a key that is there twice the second, of a path that ends early its parent. */
function memberAt(latin1: string, path: string): Span | undefined {
  const wanted = path.split(/\.|(?=\[)/).filter(Boolean);
  const tokens = [...latin1.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g)].map(
    (match) => ({
      text: match[0],
      from: match.index,
      to: match.index + match[0].length,
    }),
  );
  let found: { depth: number; span: Span } | undefined;
  let at = 0;
  const peek = () => tokens[at]?.text;

  function value(depth: number, matches: boolean, from: number): void {
    const first = tokens[at];
    if (!first) return;
    at++;
    if (first.text === '{') members('}', depth, matches);
    else if (first.text === '[') members(']', depth, matches);
    const to = tokens[at - 1]?.to ?? first.to;
    if (matches && depth >= (found?.depth ?? 1)) {
      // A child that matched was deeper, and stays.
      found = { depth, span: { from, to } };
    }
  }

  function members(end: string, depth: number, matches: boolean): void {
    for (let index = 0; at < tokens.length && peek() !== end; index++) {
      const start = tokens[at]?.from ?? 0;
      let name = `[${index}]`;
      if (end === '}') {
        name = keyOf(tokens[at]?.text ?? '');
        at += 2;
      }
      value(depth + 1, matches && wanted[depth] === name, start);
      if (peek() === ',') at++;
      else if (peek() !== end) break;
    }
    if (peek() === end) at++;
  }

  value(0, true, 0);
  return found && found.depth > 0 ? found.span : undefined;
}

function keyOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}
