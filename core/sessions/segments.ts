import { InvalidInput } from '../errors.ts';

/** A group of countries with a stream of its own. Exactly one segment takes the rest. */
export interface Segment {
  readonly name: string;
  readonly countries: readonly string[] | 'rest';
}

/** A new segment is one line here: resources/segments.ts stamps its resources from segment.yml. */
export const SEGMENTS: readonly Segment[] = [
  { name: 'usa', countries: ['USA'] },
  { name: 'international', countries: 'rest' },
];

/**
 * Returns the function that names the segment of a country, compared letter by letter.
 * Throws InvalidInput when a country would belong to two segments or to none.
 */
export function createSegmentOf(segments: readonly Segment[]): (country: string) => string {
  const byCountry = new Map<string, string>();
  const rest: string[] = [];
  for (const { name, countries } of segments) {
    // Names are written into JSON, filter criteria and resource names as they are.
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new InvalidInput(
        `Segment "${name}": a name is a-z, 0-9 and -, and begins with a letter`,
      );
    }
    if (countries === 'rest') rest.push(name);
    else {
      for (const country of countries) {
        const other = byCountry.get(country);
        if (other !== undefined) {
          throw new InvalidInput(`Country "${country}" is in two segments, ${other} and ${name}`);
        }
        byCountry.set(country, name);
      }
    }
  }
  if (new Set(segments.map(({ name }) => name)).size < segments.length) {
    throw new InvalidInput('Two segments have the same name');
  }
  const [remaining, second] = rest;
  if (remaining === undefined || second !== undefined) {
    throw new InvalidInput(`Exactly one segment must take the rest, not ${rest.length}`);
  }
  return (country) => byCountry.get(country) ?? remaining;
}
