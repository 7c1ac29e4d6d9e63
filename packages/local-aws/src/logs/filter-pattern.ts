import { AwsError } from '../gateway/aws-error.ts';
import { valueAt } from '../json-path.ts';

/** Says whether a log line passes. */
export type LogFilter = (message: string) => boolean;

/**
 * A filter pattern of CloudWatch Logs: terms (`ERROR -retry "two words" ?either ?or`) or conditions
 * on a JSON line (`{ $.run_id = "a" && ($.n > 3 || $.level != INFO*) }`). Throws
 * InvalidParameterException on what is neither; patterns of space-delimited fields are unsupported.
 */
export function parseFilterPattern(pattern: string): LogFilter {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return parseJsonPattern(text);
  if (text.startsWith('[')) throw invalid(pattern, 'fields in brackets are unsupported here');
  const terms = [...text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign, quoted, bare]) => ({ sign, term: quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '' }),
  );
  const of = (wanted: string) => terms.filter(({ sign }) => sign === wanted).map((t) => t.term);
  const [all, none, some] = [of(''), of('-'), of('?')];
  return (message) =>
    all.every((term) => message.includes(term)) &&
    !none.some((term) => message.includes(term)) &&
    // As AWS documents it, `?` terms say nothing beside others.
    (all.length > 0 || some.length === 0 || some.some((term) => message.includes(term)));
}

const invalid = (pattern: string, why: string) =>
  new AwsError('InvalidParameterException', `Invalid filter pattern ${pattern}: ${why}`);

type Condition = (json: unknown) => boolean;

const TOKEN =
  /\s*(&&|\|\||[(){}]|!=|>=|<=|[=<>]|"(?:[^"\\]|\\.)*"|\$(?:\.[\w-]+|\[(?:\d+|"[^"]*"|'[^']*')\])*|[^\s&|(){}=<>!"]+)/y;

function parseJsonPattern(pattern: string): LogFilter {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let from = 0; pattern.slice(from).trim() !== ''; from = TOKEN.lastIndex) {
    TOKEN.lastIndex = from;
    const [, token] = TOKEN.exec(pattern) ?? [];
    if (token === undefined) throw invalid(pattern, `at character ${from}`);
    tokens.push(token);
  }
  let at = 0;
  const take = (...expected: string[]): string => {
    const token = tokens[at];
    if (token === undefined || (expected.length > 0 && !expected.includes(token))) {
      throw invalid(
        pattern,
        `expected ${expected.join(' or ') || 'more'}, not ${token ?? 'its end'}`,
      );
    }
    at += 1;
    return token;
  };

  function either(): Condition {
    const parts = [both()];
    while (tokens[at] === '||') {
      at += 1;
      parts.push(both());
    }
    return (json) => parts.some((part) => part(json));
  }
  function both(): Condition {
    const parts = [one()];
    while (tokens[at] === '&&') {
      at += 1;
      parts.push(one());
    }
    return (json) => parts.every((part) => part(json));
  }
  function one(): Condition {
    if (tokens[at] === '(') {
      take('(');
      const inner = either();
      take(')');
      return inner;
    }
    const selector = take();
    if (!selector.startsWith('$')) throw invalid(pattern, `${selector} is no selector`);
    const operator = take('=', '!=', '>', '>=', '<', '<=', 'IS', 'NOT');
    const operand = take();
    const test = testOf(operator, operand);
    if (!test) throw invalid(pattern, `${operator} ${operand}`);
    return (json) => test(valueAt(selector, json));
  }

  take('{');
  const condition = either();
  take('}');
  if (at !== tokens.length) throw invalid(pattern, 'something follows its end');
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      return condition(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

function testOf(operator: string, operand: string): ((value: unknown) => boolean) | undefined {
  if (operator === 'IS') {
    const expected = { TRUE: true, FALSE: false, NULL: null }[operand];
    return expected === undefined ? undefined : (value) => value === expected;
  }
  if (operator === 'NOT') return operand === 'EXISTS' ? (value) => value === undefined : undefined;
  if (operator === '=' || operator === '!=') {
    const matches = equals(operand);
    // A field that is missing is neither equal nor unequal.
    return operator === '=' ? matches : (value) => value !== undefined && !matches(value);
  }
  const limit = Number(operand);
  if (Number.isNaN(limit)) return undefined;
  const compare = {
    '>': (n: number) => n > limit,
    '>=': (n: number) => n >= limit,
    '<': (n: number) => n < limit,
    '<=': (n: number) => n <= limit,
  }[operator];
  return compare && ((value) => typeof value === 'number' && compare(value));
}

/** Text with `*` for any characters; a number without quotation marks is also compared as one. */
function equals(operand: string): (value: unknown) => boolean {
  const isQuoted = operand.startsWith('"');
  const text = isQuoted ? operand.slice(1, -1).replace(/\\(.)/g, '$1') : operand;
  const regex = new RegExp(
    `^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`,
    's',
  );
  return (value) => {
    if (typeof value === 'string') return regex.test(value);
    return !isQuoted && typeof value === 'number' && value === Number(text);
  };
}
