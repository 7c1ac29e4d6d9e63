// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
import { SEGMENTS } from '../core/sessions/segments.ts';
import { createAlarms } from './alarms.ts';
import { crawlerNameOf, crawlerOf } from './crawler.ts';
import { createDashboard } from './dashboard.ts';
import { inventoryOf } from './inventory.ts';
import { namedQueries } from './queries.ts';
import { resourcesOfSegments, routersOf } from './segments.ts';
import { params as settingsAsParams } from './settings/table.ts';
import { onDemand } from './stream-mode.ts';
import { rejectedTable, replayedTable, runsTable } from './tables.ts';
import { withTracing } from './tracing.ts';
import { viewResources, viewsOf } from './views.ts';
import { parseYaml, type Resources, readResources, readText } from './yaml.ts';

// What serverless.yml takes from here, as `${file(resources/index.cjs):<name>}`. The framework calls
// each with its resolvers and resolves the variables in what they return.

interface Resolvers {
  resolveVariable(address: string): Promise<unknown>;
  resolveConfigurationProperty(path: string[]): Promise<unknown>;
}

const isOn = async ({ resolveVariable }: Resolvers, name: string) =>
  String(await resolveVariable(`param:${name}`)) === 'true';

const section = (resources: Resources) => ({ Resources: resources });

export { checkSettings } from './settings/check.ts';

export const params = settingsAsParams();

/** Of every function. On the local stage nothing of the machine's own account may be used. */
export const environment = async ({ resolveVariable }: Resolvers) => ({
  POWERTOOLS_LOG_LEVEL: '${param:logLevel}',
  STAGE: '${sls:stage}',
  ...((await resolveVariable('sls:stage')) === 'local' && {
    AWS_ENDPOINT_URL: '${param:awsUrl}',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  }),
});

export const streamingFunctions = async (resolvers: Resolvers) =>
  (await isOn(resolvers, 'streaming'))
    ? {
        ...parseYaml(readText('../functions/enrich-sessions/function.yml')),
        ...routersOf(SEGMENTS),
      }
    : {};

export const crawlerName = async ({ resolveVariable }: Resolvers) =>
  crawlerNameOf(
    String(await resolveVariable('param:crawlerName')),
    await resolveVariable('param:lakeBucketName'),
  );

export async function catalog(resolvers: Resolvers) {
  const streaming = await isOn(resolvers, 'streaming');
  return section({
    ...crawlerOf(await crawlerName(resolvers)),
    ...runsTable(),
    ...viewResources(viewsOf(streaming ? SEGMENTS : [])),
    ...namedQueries(streaming),
  });
}

/** None where the budget is 0: an account within an organization may be refused one. */
export const budget = async ({ resolveVariable }: Resolvers) =>
  section(
    Number(await resolveVariable('param:monthlyBudgetUsd')) > 0 ? readResources('budget.yml') : {},
  );

const allStreaming = (): Resources => ({
  ...readResources('streams.yml'),
  ...readResources('delivery.yml'),
  ...rejectedTable(),
  ...replayedTable(),
  ...resourcesOfSegments(SEGMENTS),
});

/** Nothing where the setting leaves the streaming half out. */
async function streamingResources(resolvers: Resolvers): Promise<Resources> {
  if (!(await isOn(resolvers, 'streaming'))) return {};
  const mode = await resolvers.resolveVariable('param:streamMode');
  return mode === 'on-demand' ? onDemand(allStreaming()) : allStreaming();
}

/** `resources`, ready for tracing where the setting is on. */
const traceable = async (resolvers: Resolvers, resources: Resources) =>
  section((await isOn(resolvers, 'tracing')) ? withTracing(resources) : resources);

export const roles = (resolvers: Resolvers) => traceable(resolvers, readResources('roles.yml'));

export const streaming = async (resolvers: Resolvers) =>
  traceable(resolvers, await streamingResources(resolvers));

async function watched(resolvers: Resolvers) {
  const number = async (name: string) => Number(await resolvers.resolveVariable(`param:${name}`));
  const declared = [await resolvers.resolveConfigurationProperty(['functions'])].flat() as object[];
  const inventory = inventoryOf(declared.flatMap(Object.keys), await streamingResources(resolvers));
  const alarms = createAlarms(inventory, {
    scheduleEnabled: await isOn(resolvers, 'scheduleEnabled'),
    iteratorAgeAlarmMinutes: await number('iteratorAgeAlarmMinutes'),
    deliveryAgeAlarmSeconds: await number('deliveryAgeAlarmSeconds'),
    all: (await resolvers.resolveVariable('param:alarms')) === 'all',
    alarmEmail: String((await resolvers.resolveVariable('param:alarmEmail')) ?? ''),
  });
  return { inventory, alarms };
}

export const alarms = async (resolvers: Resolvers) => section((await watched(resolvers)).alarms);

export async function dashboard(resolvers: Resolvers) {
  if (!(await isOn(resolvers, 'dashboard'))) return section({});
  const { inventory, alarms } = await watched(resolvers);
  return section(createDashboard(inventory, alarms));
}
