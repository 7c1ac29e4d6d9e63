import { SEGMENTS, type Segment } from '../sessions/segments.ts';

/** A city and its country. */
export type Place = readonly [city: string, country: string];

const PLACES: readonly Place[] = [
  ['Washington', 'USA'],
  ['New York', 'USA'],
  ['San José', 'USA'],
  ['Coeur d’Alene', 'USA'],
  ['São Paulo', 'Brazil'],
  ['München', 'Germany'],
  ['Kraków', 'Poland'],
  ['東京', 'Japan'],
  ['London', 'United Kingdom'],
  ['Montréal', 'Canada'],
];

/** Places of visitors, at least one in each country that a segment names. */
export function placesOf(segments: readonly Segment[] = SEGMENTS): readonly Place[] {
  const countries = new Set(PLACES.map(([, country]) => country));
  const named = segments.flatMap((segment) =>
    segment.countries === 'rest' ? [] : segment.countries,
  );
  const others = named.filter((country) => !countries.has(country));
  return [...PLACES, ...others.map((country): Place => [`Capital of ${country}`, country])];
}

/** The segment of a country, found on its own: createSegmentOf is what the simulation checks. */
export function expectedSegment(
  country: string,
  segments: readonly Segment[] = SEGMENTS,
): string | undefined {
  const named = segments.find(
    ({ countries }) => countries !== 'rest' && countries.includes(country),
  );
  return (named ?? segments.find(({ countries }) => countries === 'rest'))?.name;
}
