import { InvalidInput } from '../../core/errors.ts';

/** The variable's value; throws InvalidInput that names it when it is missing or empty. */
export function required(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[name]?.trim();
  if (!value)
    throw new InvalidInput(`The environment variable ${name} is missing: see function.yml`);
  return value;
}

/** A number from `min` up; `fallback` is used where the variable is not set. */
export function numberOf(
  name: string,
  fallback: number,
  min: number,
  env: NodeJS.ProcessEnv = process.env,
): number {
  return env[name]?.trim() ? requiredNumber(name, min, env) : fallback;
}

/** A number from `min` up; throws InvalidInput that names the variable when it is missing. */
export function requiredNumber(
  name: string,
  min: number,
  env: NodeJS.ProcessEnv = process.env,
): number {
  const text = required(name, env);
  const value = Number(text);
  if (!Number.isFinite(value) || value < min) {
    throw new InvalidInput(`${name} must be a number from ${min} up, not '${text}'`);
  }
  return value;
}

export function oneOf<const T extends string>(
  name: string,
  choices: readonly T[],
  env: NodeJS.ProcessEnv = process.env,
): T {
  const value = env[name]?.trim() || choices[0];
  const choice = choices.find((each) => each === value);
  if (!choice)
    throw new InvalidInput(`${name} must be one of ${choices.join(', ')}, not '${value}'`);
  return choice;
}
