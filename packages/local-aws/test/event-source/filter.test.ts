import { parseFilterPattern } from '../../src/event-source/filter.ts';

const passes = (pattern: object, data: string) =>
  parseFilterPattern(JSON.stringify(pattern))(Buffer.from(data));

describe('filter criteria', () => {
  const usa = { data: { segment: ['usa'] } };

  it.each([
    ['a record with the value', '{"segment":"usa","x":1}', true],
    ['another value', '{"segment":"international"}', false],
    ['a value that only begins like it', '{"segment":"usage"}', false],
    ['a record without the field', '{"x":"usa"}', false],
    ['the field in another place', '{"x":{"segment":"usa"}}', false],
    ['text that is no JSON', 'segment usa', false],
    ['JSON that is no object', '["usa"]', false],
    ['bytes with spaces and escapes', '{ "segment" : "\\u0075sa" }', true],
  ])('hold against %s', (_, data, expected) => {
    expect(passes(usa, data)).toBe(expected);
  });

  it('let a record through that matches one of several values', () => {
    const pattern = { data: { segment: ['usa', 'international'] } };
    expect(passes(pattern, '{"segment":"international"}')).toBe(true);
  });

  it('want every field and look into nested ones', () => {
    const pattern = { data: { a: { b: [1] }, c: [true, null] } };
    expect(passes(pattern, '{"a":{"b":1},"c":null}')).toBe(true);
    expect(passes(pattern, '{"a":{"b":2},"c":null}')).toBe(false);
    expect(passes(pattern, '{"a":1,"c":true}')).toBe(false);
  });

  it('support prefix, anything-but and exists', () => {
    expect(passes({ data: { a: [{ prefix: 'us' }] } }, '{"a":"usa"}')).toBe(true);
    expect(passes({ data: { a: [{ 'anything-but': ['usa'] }] } }, '{"a":"usa"}')).toBe(false);
    expect(passes({ data: { a: [{ 'anything-but': 'usa' }] } }, '{"a":"de"}')).toBe(true);
    expect(passes({ data: { a: [{ exists: false }] } }, '{"b":1}')).toBe(true);
    expect(passes({ data: { toString: [{ exists: true }] } }, '{"b":1}')).toBe(false);
  });

  it.each([
    ['an unsupported operator', { data: { a: [{ numeric: ['>', 1] }] } }],
    ['a filter on something else than data', { partitionKey: ['a'] }],
    ['a bare value', { data: { a: 'usa' } }],
  ])('reject %s instead of ignoring it', (_, pattern) => {
    expect(() => parseFilterPattern(JSON.stringify(pattern))).toThrow(
      /unsupported|on data alone|in a list/,
    );
  });
});
