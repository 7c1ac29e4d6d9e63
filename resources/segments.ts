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
  );
