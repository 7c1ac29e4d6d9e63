import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalog } from 'spotify-mock/catalog.ts';
import { faultPlan } from 'spotify-mock/fault-kinds.ts';
import * as z from 'zod';
import { ADDED_FIELDS, ENTRY_FIELDS, FIELDS, type SessionField } from '../core/sessions/fields.ts';

type JsonSchema = Record<string, unknown>;

/** JSON Schemas of the files that people write, by file name: those the readers check with. */
export function exampleSchemas(): Record<string, JsonSchema> {
  return {
    'fault-plan.schema.json': withTitle('A plan of faults for npm start -- --faults', faultPlan),
    'catalog.schema.json': withTitle('Albums and tracks for npm start -- --catalog', catalog),
    'session-event.schema.json': {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'A session event: docs/session-events.md has the rules that a schema cannot say',
      ...objectOf(FIELDS, {
        // Enrichment adds these: an event that has one is rejected.
        ...Object.fromEntries(ADDED_FIELDS.map(({ name }) => [name, { not: {} }])),
      }),
    },
  };
}

function withTitle(title: string, schema: z.ZodType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema) as JsonSchema;
  return { $schema, title, ...rest };
}

function objectOf(fields: readonly SessionField[], more: JsonSchema = {}): JsonSchema {
  const properties = fields.flatMap((field) => {
    const schema = { description: field.about, ...schemaOf(field) };
    return [field.name, field.alias].flatMap((name) => (name ? [[name, schema]] : []));
  });
  const required = fields.filter((field) => field.required);
  const aliased = required.filter(({ alias }) => alias !== undefined);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(properties), ...more },
    required: required.filter(({ alias }) => alias === undefined).map(({ name }) => name),
    // Of a field with two names an event holds one.
    ...(aliased.length > 0 && {
      allOf: aliased.map(({ name, alias }) => ({
        oneOf: [{ required: [name] }, { required: [alias] }],
      })),
    }),
  };
}

function schemaOf({ name, check, required }: SessionField): JsonSchema {
  if (name === 'quantity') return { type: ['integer', 'string'], minimum: 0, pattern: '^\\d+$' };
  switch (check) {
    case 'text':
      return { type: 'string', ...(required && { pattern: '\\S' }) };
    case 'flag':
      return { type: ['boolean', 'null'] };
    case 'history':
      return { type: 'array', items: objectOf(ENTRY_FIELDS) };
    default:
      return {};
  }
}

/** Writes them beside the examples, where their `$schema` leads. */
export function writeSchemas(root: string): void {
  const folder = join(root, 'examples/schemas');
  mkdirSync(folder, { recursive: true });
  for (const [name, schema] of Object.entries(exampleSchemas())) {
    writeFileSync(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

if (import.meta.main) writeSchemas(join(import.meta.dirname, '..'));
