import { InvalidInput } from '../errors.ts';
import { isObject, parsePattern } from '../events/event-pattern.ts';

/** Says whether a record's bytes pass. */
export type Filter = (data: Buffer) => boolean;

/**
 * One pattern of FilterCriteria. The local stage keeps the part of the language that is about `data`.
 * Throws InvalidInput on anything else. As with Lambda, a record that is no JSON object does not pass.
 */
export function parseFilterPattern(pattern: string): Filter {
  const { data, ...others } = parseObject(pattern);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined || data === undefined) {
    throw new InvalidInput(`Filter ${pattern}: filters work on data alone`);
  }
  const test = parsePattern(data, `Filter ${pattern}`);
  return (bytes) => {
    try {
      const event = JSON.parse(bytes.toString());
      return isObject(event) && test(event);
    } catch {
      return false;
    }
  };
}

function parseObject(pattern: string): Record<string, unknown> {
  try {
    const parsed = JSON.parse(pattern);
    if (isObject(parsed)) return parsed;
  } catch {}
  throw new InvalidInput(`Filter ${pattern} is no JSON object`);
}
