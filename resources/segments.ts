import type { Segment } from '../core/sessions/segments.ts';
import { sessionsTable } from './tables.ts';
import { parseYaml, pascal, type Resources, readText } from './yaml.ts';

/** A template file stamped once for each segment. */
const stamp = (file: string, segments: readonly Segment[]) => {
  const template = readText(file);
  return segments.map(({ name }) =>
    parseYaml(template.replaceAll('__Segment__', pascal(name)).replaceAll('__segment__', name)),
  );
};

/** The routers, by the keys of serverless.yml. */
export const routersOf = (segments: readonly Segment[]): Record<string, unknown> =>
  Object.assign({}, ...stamp('../functions/route-sessions/function.yml', segments));

/** What each segment has of its own: segment.yml says what. */
export const resourcesOfSegments = (segments: readonly Segment[]): Resources =>
  Object.assign(
    {},
    ...stamp('segment.yml', segments).map(({ Resources }) => Resources),
    ...segments.map(({ name }) => sessionsTable(name)),
    mappingOfRest(segments),
  );

/**
 * The mapping of the segment that takes the rest of the countries also takes the rest of the events: of
 * segments that were removed while their events were on their way, or of none. No router but this one
 * would read them, and Lambda drops what passes no filter without a trace.
 */
function mappingOfRest(segments: readonly Segment[]): Resources {
  const rest = segments.find(({ countries }) => countries === 'rest');
  const [{ Resources: resources } = { Resources: {} }] = stamp('segment.yml', rest ? [rest] : []);
  const id = `Route${pascal(rest?.name ?? '')}SessionsMapping`;
  const others = segments.filter((each) => each !== rest).map(({ name }) => name);
  const patterns = [
    { data: { segment: [rest?.name, ...(others.length > 0 ? [{ 'anything-but': others }] : [])] } },
    { data: { segment: [{ exists: false }] } },
  ];
  resources[id].Properties.FilterCriteria = {
    Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })),
  };
  return { [id]: resources[id] };
}
