/** A line that a function has logged. */
export interface LogLine {
  readonly id: string;
  readonly function: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

/** Fields that are the same in all lines, or that the line shows in other places. */
const HIDDEN = new Set([
  ...['level', 'message', 'timestamp', 'service', 'function_name', 'request_id', 'run_id'],
  ...['_aws', 'xray_trace_id', 'sampling_rate', 'stage'],
]);

/** `06:00:01.250 fetchToken INFO done result={…}`; lines that are no JSON stay as they are. */
export function textOfLine({ function: name, timestamp, message }: LogLine): string {
  const clock = new Date(timestamp).toISOString().slice(0, 23).replace('T', ' ');
  const head = `${clock} ${name}`;
  const record = parse(message);
  if (record === undefined) return `${head} ${printable(message.trimEnd())}\n`;
  const { level = '', message: text = '' } = record;
  const fields = Object.entries(record)
    .filter(([key, value]) => !HIDDEN.has(key) && value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${printable([head, level, text, ...fields].filter((part) => part !== '').join(' '))}\n`;
}

function parse(message: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(message);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Control characters are spaces: a log must not steer the terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
