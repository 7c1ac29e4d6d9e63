import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readCatalog } from 'spotify-mock/catalog.ts';
import { readFaultPlan } from 'spotify-mock/faults.ts';
import { exampleSchemas } from '../../local/example-schemas.ts';

const examples = resolve(import.meta.dirname, '../../examples');
const read = (path: string) => readFileSync(join(examples, path), 'utf8');
const files = readdirSync(examples).filter((name) => name.endsWith('.json'));
const validator = (name: string) =>
  new Ajv2020({ strict: false }).compile(exampleSchemas()[name] as object);
const accepts = validator('session-event.schema.json');

it('examples/schemas holds what the readers check with: npm run schemas writes it', () => {
  for (const [name, schema] of Object.entries(exampleSchemas())) {
    expect(JSON.parse(read(`schemas/${name}`))).toEqual(schema);
  }
  expect(readdirSync(join(examples, 'schemas')).sort()).toEqual(
    Object.keys(exampleSchemas()).sort(),
  );
});

it.each(files)('%s names its schema, is valid by it, and is read', (name) => {
  const { $schema, ...rest } = JSON.parse(read(name));
  const validate = validator($schema.replace('./schemas/', ''));
  expect([validate({ $schema, ...rest }), validate.errors]).toEqual([true, null]);
  const readFile = $schema.includes('catalog') ? readCatalog : readFaultPlan;
  expect(readFile(join(examples, name))).toMatchObject(rest);
});

it('a fault with a field that its kind does not have is invalid', () => {
  const fault = { kind: 'bad-gateway', endpoint: 'listing', at: 0, times: 1, retryAfter: 3 };
  const validate = validator('fault-plan.schema.json');
  expect(validate({ seed: 1, faults: [fault] })).toBe(false);
});

describe('The schema of a session event', () => {
  const lines = (name: string) => read(name).trim().split('\n');
  it.each(lines('session-events.ndjson'))('takes %s', (line) => {
    expect(accepts(JSON.parse(line))).toBe(true);
  });

  const event = { session_id: 'a', country: 'USA', browsing_history: [] };
  it.each([
    ['without a country', { ...event, country: undefined }],
    ['with a blank country', { ...event, country: '  ' }],
    ['with both histories', { ...event, browse_history: [] }],
    ['with no history', { session_id: 'a', country: 'USA' }],
    ['that was enriched before', { ...event, event_id: 'x' }],
    [
      'with a negative quantity',
      { ...event, browsing_history: [{ product_code: 'p', quantity: -1 }] },
    ],
  ])('takes no event %s', (_, wrong) => {
    expect(accepts(JSON.parse(JSON.stringify(event)))).toBe(true);
    expect(accepts(JSON.parse(JSON.stringify(wrong)))).toBe(false);
  });
});
