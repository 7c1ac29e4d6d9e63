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

/** Whose stream and bucket hold the events of a segment: those of a removed one are with the rest. */
export function holderOf(segment: string): string {
  const holder =
    SEGMENTS.find(({ name }) => name === segment) ??
    SEGMENTS.find(({ countries }) => countries === 'rest');
  return holder?.name ?? segment;
}

/** `sessions-<name>` of these are other streams of the service. */
const RESERVED = ['enriched', 'rejected'];

/** A bucket name has 63 characters: tributary-<stage>-sessions-<name>-<account>. */
const LONGEST_NAME = 20;

/** Names are part of JSON, filter criteria, SQL, resource names and logical ids. */
function checkNames(segments: readonly Segment[]): void {
  const byLogicalId = new Map<string, string>();
  for (const { name } of segments) {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
      throw new InvalidInput(
        `Segment "${name}": a name is a-z, 0-9 and single -, and begins with a letter`,
      );
    }
    if (name.length > LONGEST_NAME) {
      throw new InvalidInput(`Segment "${name}": a name has ${LONGEST_NAME} characters at most`);
    }
    if (RESERVED.includes(name)) {
      throw new InvalidInput(`Segment "${name}": the service has a stream of that name already`);
    }
    // Logical ids have no dash: eu-1 and eu1 would be the same.
    const logicalId = name.replaceAll('-', '');
    const other = byLogicalId.get(logicalId);
    if (other === name) throw new InvalidInput(`Two segments have the same name, "${name}"`);
    if (other !== undefined) {
      throw new InvalidInput(`Segments "${other}" and "${name}": the names differ by dashes alone`);
    }
    byLogicalId.set(logicalId, name);
  }
}

/**
 * Returns the function that names the segment of a country, compared letter by letter.
 * Throws InvalidInput when a country would belong to two segments or to none, or a name cannot be used.
 */
export function createSegmentOf(segments: readonly Segment[]): (country: string) => string {
  checkNames(segments);
  const byCountry = new Map<string, string>();
  const rest: string[] = [];
  for (const { name, countries } of segments) {
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
  const [remaining, second] = rest;
  if (remaining === undefined || second !== undefined) {
    throw new InvalidInput(`Exactly one segment must take the rest, not ${rest.length}`);
  }
  return (country) => byCountry.get(country) ?? remaining;
}
