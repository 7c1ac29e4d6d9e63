import { jest } from '@jest/globals';
import type { SessionField } from '../../../core/sessions/fields.ts';
import { anEvent, context } from './fixtures.ts';

const path = '../../../core/sessions/fields.ts';
const actual = await import('../../../core/sessions/fields.ts');

/** One more entry in the table, and the modules that follow it. */
async function withField(field: SessionField) {
  jest.resetModules();
  const FIELDS = [...actual.FIELDS, field];
  const FIELD_REASONS = { ...actual.FIELD_REASONS };
  for (const stated of [field.missing, field.invalid]) {
    if (stated) Object.assign(FIELD_REASONS, { [stated[0]]: stated[1] });
  }
  jest.unstable_mockModule(path, () => ({ ...actual, FIELDS, FIELD_REASONS }));
  const { enrichRecord } = await import('../../../core/sessions/enrich-record.ts');
  const { generateEvents } = await import('../../../core/simulation/generate-events.ts');
  const { REASONS } = await import('../../../core/sessions/reasons.ts');
  return {
    enrich: (event: object) => enrichRecord(Buffer.from(JSON.stringify(event)), context),
    generateEvents,
    REASONS,
  };
}

const field: SessionField = {
  name: 'loyalty_tier',
  type: 'string',
  check: 'text',
  required: true,
  missing: ['missing-tier', 'loyalty_tier is absent, null or blank'],
  invalid: ['invalid-tier', 'loyalty_tier is not a string'],
  example: '"gold"',
  about: 'Not blank',
};

describe('One entry in the table is all that a field takes', () => {
  it('for the reader and the reasons', async () => {
    const { enrich, REASONS } = await withField(field);
    expect(enrich({ ...anEvent, loyalty_tier: 'gold' })).toHaveProperty('segment');
    for (const tier of [undefined, null, '', ' ']) {
      expect(enrich({ ...anEvent, loyalty_tier: tier })).toEqual({
        reason: 'missing-tier',
        field: 'loyalty_tier',
      });
    }
    expect(enrich({ ...anEvent, loyalty_tier: 3 })).toMatchObject({ reason: 'invalid-tier' });
    expect(REASONS).toMatchObject({ 'invalid-tier': 'loyalty_tier is not a string' });
  });

  it.each([
    ['number', 7, '7'],
    ['flag', true, true],
  ] as const)('for a %s, which another type is not', async (check, good, bad) => {
    const { enrich } = await withField({ ...field, check });
    expect('reason' in enrich({ ...anEvent, loyalty_tier: good })).toBe(false);
    if (bad !== good) {
      expect(enrich({ ...anEvent, loyalty_tier: bad })).toMatchObject({ reason: 'invalid-tier' });
    }
    expect(enrich({ ...anEvent, loyalty_tier: [] })).toMatchObject({ reason: 'invalid-tier' });
    expect(enrich(anEvent)).toMatchObject({ reason: 'missing-tier' });
  });

  it('for the simulator, good and spoilt', async () => {
    const { enrich, generateEvents } = await withField(field);
    const events = [...generateEvents({ seed: 1, count: 3_000, malformed: 50 })];
    const good = events.filter(({ expected }) => 'segment' in expected);
    for (const { data } of good) expect(JSON.parse(data.toString()).loyalty_tier).toBe('gold');
    const reasons = events.map(({ expected }) => ('reason' in expected ? expected.reason : ''));
    expect(reasons).toEqual(expect.arrayContaining(['missing-tier', 'invalid-tier']));
    for (const { data, expected } of events.filter((_, i) => reasons[i]?.endsWith('-tier'))) {
      expect(enrich(JSON.parse(data.toString()))).toMatchObject(
        'reason' in expected ? { reason: expected.reason } : {},
      );
    }
  });

  it('for the columns of the tables, under both names of a field that has two', () => {
    const names = actual.columns().map(({ Name }) => Name);
    expect(names).toEqual(expect.arrayContaining(['browsing_history', 'browse_history']));
    expect(names.slice(-6)).toEqual(actual.ADDED_FIELDS.map(({ name }) => name));
  });
});
