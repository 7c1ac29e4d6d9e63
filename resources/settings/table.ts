import { batch, served } from './batch.ts';
import { events } from './events.ts';
import { names, operations } from './operations.ts';
import type { Setting, StageWithDefaults, Value } from './setting.ts';

/** By the headings of docs/settings.md. */
export const GROUPS = {
  Batch: batch,
  Events: events,
  'Retention, alarms, costs': operations,
  Names: names,
};

/** Every setting, by name. serverless.yml, the check and docs/settings.md follow it. */
export const SETTINGS: Readonly<Record<string, Setting>> = Object.assign(
  {},
  ...Object.values(GROUPS),
);

const STAGES: readonly StageWithDefaults[] = ['dev', 'prod', 'local'];

/** The default of a stage. */
export const defaultOf = ({ default: value, stages = {} }: Setting, stage: string) =>
  stages[stage as StageWithDefaults] ?? value;

/** What the templates also read as parameters, and nobody sets. */
const INTERNAL: Record<string, Record<string, unknown>> = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the framework resolves it
  default: { lakeBucket: { Ref: 'LakeBucket' }, writtenStreams: '${param:sessionsStream}' },
  local: {
    // A literal name, because `sls invoke local` resolves no Ref; while the stage serves, a bucket
    // beside the lake.
    lakeBucket: served('lakeBucket', 'tributary-local-lake'),
    // Likewise: what the samples of events write does not go through the pipeline.
    // biome-ignore lint/suspicious/noTemplateCurlyInString: see above
    writtenStreams: served('writtenStreams', '${param:sessionsStream}'),
    awsUrl: served('aws'),
  },
};

/** `params` of serverless.yml. */
export function params(): Record<string, Record<string, unknown>> {
  const section = (pick: (setting: Setting) => Value | undefined) =>
    Object.fromEntries(
      Object.entries(SETTINGS).flatMap(([name, setting]) => {
        const value = pick(setting);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  return Object.fromEntries([
    ['default', { ...section((setting) => setting.default), ...INTERNAL.default }],
    ...STAGES.map((stage) => [
      stage,
      { ...section(({ stages }) => stages?.[stage]), ...INTERNAL[stage] },
    ]),
  ]);
}
