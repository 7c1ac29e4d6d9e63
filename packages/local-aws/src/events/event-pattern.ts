import { InvalidInput } from '../errors.ts';

/** Says whether a value passes. */
export type Test = (value: unknown) => boolean;

/** An operator that only some of AWS' pattern languages have: undefined where the operand is wrong. */
export type Operator = (operand: unknown) => Test | undefined;

/**
 * A pattern as event source mappings and EventBridge share it, nested as the event is: values,
 * `null`, `prefix`, `anything-but` and `exists`. Throws InvalidInput on anything else, `label` first.
 */
export function parsePattern(
  node: unknown,
  label: string,
  operators: Record<string, Operator> = {},
): Test {
  if (Array.isArray(node)) {
    const rules = node.map((rule) => parseRule(rule, label, operators));
    return (value) => rules.some((rule) => rule(value));
  }
  if (!isObject(node)) {
    throw new InvalidInput(`${label}: a value has to be in a list, such as ["usa"]`);
  }
  const fields = Object.entries(node).map(([name, child]) => {
    if (name.startsWith('$')) {
      throw new InvalidInput(`${label}: ${name} is unsupported`);
    }
    return { name, test: parsePattern(child, label, operators) };
  });
  return (value) => {
    const object = isObject(value) ? value : {};
    return fields.every(({ name, test }) =>
      test(Object.hasOwn(object, name) ? object[name] : undefined),
    );
  };
}

function parseRule(rule: unknown, label: string, operators: Record<string, Operator>): Test {
  if (!isObject(rule)) return (value) => value === rule;
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(rule);
  if (more.length === 0) {
    if (operator === 'prefix' && typeof operand === 'string') {
      return (value) => typeof value === 'string' && value.startsWith(operand);
    }
    if (operator === 'exists' && typeof operand === 'boolean') {
      return (value) => (value !== undefined) === operand;
    }
    if (operator === 'anything-but') {
      const others = Array.isArray(operand) ? operand : [operand];
      if (others.every((other) => !isObject(other))) {
        return (value) => value !== undefined && !others.includes(value);
      }
    }
    const test = Object.hasOwn(operators, operator) && operators[operator]?.(operand);
    if (test) return test;
  }
  throw new InvalidInput(`${label}: ${JSON.stringify(rule)} is unsupported`);
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
