import { parseFilterPattern } from '../../src/logs/filter-pattern.ts';

const passes = (pattern: string, line: unknown) =>
  parseFilterPattern(pattern)(typeof line === 'string' ? line : JSON.stringify(line));

describe('A filter pattern of CloudWatch Logs', () => {
  it.each([
    ['', 'anything', true],
    ['ERROR', 'an ERROR here', true],
    ['ERROR', 'an error here', false],
    ['ERROR disk', 'disk ERROR', true],
    ['ERROR disk', 'ERROR', false],
    ['"disk full"', 'the disk full again', true],
    ['"disk full"', 'full disk', false],
    ['?WARN ?ERROR', 'an ERROR', true],
    ['?WARN ?ERROR', 'fine', false],
    ['ERROR -retry', 'ERROR retry', false],
    ['ERROR -retry', 'ERROR', true],
    ['REPORT', 'REPORT RequestId: x', true],
  ])('of terms: %s against "%s"', (pattern, line, expected) => {
    expect(passes(pattern, line)).toBe(expected);
  });

  it.each([
    ['{ $.run_id = "run-1" }', { run_id: 'run-1' }, true],
    ['{ $.run_id = "run-1" }', { run_id: 'run-10' }, false],
    ['{ $.run_id = "run-1" && $.album_id = "a" }', { run_id: 'run-1', album_id: 'a' }, true],
    ['{ $.run_id = "run-1" && $.album_id = "a" }', { run_id: 'run-1' }, false],
    ['{ $.level = INFO || $.level = WARN }', { level: 'WARN' }, true],
    ['{ ($.a = 1 || $.b = 2) && $.c = 3 }', { b: 2, c: 3 }, true],
    ['{ ($.a = 1 || $.b = 2) && $.c = 3 }', { b: 2, c: 4 }, false],
    ['{ $.name = "run*" }', { name: 'run-7' }, true],
    ['{ $.level != INFO }', { level: 'WARN' }, true],
    ['{ $.level != INFO }', {}, false],
    ['{ $.n > 3 }', { n: 4 }, true],
    ['{ $.n <= 3 }', { n: 4 }, false],
    ['{ $.n >= 3 }', { n: '4' }, false],
    ['{ $.items[1].id = "b" }', { items: [{ id: 'a' }, { id: 'b' }] }, true],
    ['{ $.none NOT EXISTS }', { some: 1 }, true],
    ['{ $.x IS NULL }', { x: null }, true],
    ['{ $.ok IS TRUE }', { ok: true }, true],
    ['{ $.a = "with \\"quotes\\"" }', { a: 'with "quotes"' }, true],
    ['{ $.a = "b" }', 'a line that is no JSON', false],
    ['{ $.a = "b" }', '{"a":', false],
    ['{ $.__proto__.x = 1 }', '{}', false],
  ])('of JSON: %s against %j', (pattern, line, expected) => {
    expect(passes(pattern, line)).toBe(expected);
  });

  it.each([
    '{ $.a }',
    '{ $.a = }',
    '{ a = 1 }',
    '{ $.a = 1',
    '[a, b]',
    '{ $.a ~ 1 }',
    '{ $.a > x }',
  ])('that is malformed is rejected: %s', (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrow(
      expect.objectContaining({ name: 'InvalidParameterException' }),
    );
  });
});
