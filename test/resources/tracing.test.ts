import { createRequire } from 'node:module';
import { givenTemplate, ofType, PACKAGING_MS, type Properties, referred } from './fixtures.ts';

const makeTracing = createRequire(import.meta.url)('../../resources/tracing.cjs');

describe('Tracing', () => {
  let functions: [string, Properties][];
  beforeAll(async () => {
    functions = ofType(await givenTemplate('prod'), 'AWS::Lambda::Function');
  }, PACKAGING_MS);

  const resourcesWith = async (tracing: unknown) => {
    const keys = functions.map(([id]) => `${id[0]?.toLowerCase()}${id.slice(1, -14)}`);
    const { Resources } = await makeTracing({
      resolveVariable: async () => tracing,
      resolveConfigurationProperty: async () => keys.map((key) => ({ [key]: {} })),
    });
    return Resources;
  };

  it.each([false, 'false'])('that is %j gives no role anything', async (off) => {
    expect(await resourcesWith(off)).toEqual({});
  });

  it.each([true, 'true'])('that is %j lets each function and the machine send', async (on) => {
    const { TracingPolicy } = await resourcesWith(on);
    const roles = functions.map(([, { Properties: p }]) => referred(p.Role));
    expect(TracingPolicy.Properties.Roles.map(referred).sort()).toEqual(
      [...roles, 'IngestNewReleasesRole'].sort(),
    );
  });
});
