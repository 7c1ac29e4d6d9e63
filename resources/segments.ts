import type { Segment } from '../core/sessions/segments.ts';
import { sessionsTable } from './tables.ts';
import { parseYaml, pascal, type Resources, readText } from './yaml.ts';

/** A template file stamped once for each segment. */
const stamp = (file: string, segments: readonly Segment[]) => {
  const template = readText(file);
  return segments.map((segment) =>
    parseYaml(
      template
        .replaceAll('__Segment__', pascal(segment.name))
        .replaceAll('__segment__', segment.name)
        .replaceAll('__filters__', JSON.stringify(filtersOf(segment, segments))),
    ),
  );
};

/**
 * The filters of a router: enrichment writes `segment` on each event, and Lambda drops what passes no
 * filter without a trace. So the router of the segment that takes the rest of the countries also takes the
 * rest of the events: of segments that were removed while their events were on their way, or of none.
 */
function filtersOf({ name, countries }: Segment, segments: readonly Segment[]) {
  const others = segments.map((each) => each.name).filter((each) => each !== name);
  const patterns: unknown[][] =
    countries === 'rest'
      ? [[name, ...(others.length > 0 ? [{ 'anything-but': others }] : [])], [{ exists: false }]]
      : [[name]];
  return patterns.map((segment) => ({ Pattern: JSON.stringify({ data: { segment } }) }));
}

/** The routers, by the keys of serverless.yml. */
export const routersOf = (segments: readonly Segment[]): Record<string, unknown> =>
  Object.assign({}, ...stamp('../functions/route-sessions/function.yml', segments));

/** What each segment has of its own: segment.yml says what. */
export const resourcesOfSegments = (segments: readonly Segment[]): Resources =>
  Object.assign(
    {},
    ...stamp('segment.yml', segments).map(({ Resources }) => Resources),
    ...segments.map(({ name }) => sessionsTable(name)),
  );
