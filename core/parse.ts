import type * as z from 'zod';
import { InvalidInput, RawDataMissing } from './errors.ts';

/** `value` as the schema has it; throws InvalidInput that names the first wrong field. */
export function parseAs<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new InvalidInput(`${what}: ${issue?.path.join('.') || 'value'}: ${issue?.message}`);
}

/** An object of the lake as JSON; throws RawDataMissing where it is cut or damaged. */
export function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new RawDataMissing(`${what} is not whole JSON`, { cause });
  }
}
