import { locate } from '../../../console/model/locate.ts';

const marked = (event: string | Buffer, reason: string, field?: string) => {
  const bytes = Buffer.from(event as string);
  const span = locate(bytes, reason, field);
  return span && bytes.subarray(span.from, span.to).toString('latin1');
};

it.each([
  [
    'invalid-quantity',
    'browsing_history[1].quantity',
    '{"browsing_history":[{"quantity":1},{"quantity":"x"}]}',
    '"quantity":"x"',
  ],
  ['invalid-product-code', 'h[1].product_code', '{"h":[{"product_code":"a"},{"b":2}]}', '{"b":2}'],
  ['invalid-country', 'country', '{"a":"country","country" : [1,"]"] }', '"country" : [1,"]"]'],
  ['duplicate-key', 'a', '{"a":1, "a" : 2}', '"a" : 2'],
  ['duplicate-key', 'deep', '{"x":{"deep":1,"deep":2}}', '"deep"'],
  ['forbidden-key', undefined, '{"__proto__":1}', '"__proto__"'],
  ['not-json', undefined, '{"ä":1,}', '}'],
  ['line-break', undefined, '{"a":1,\n"b":2}', '\n'],
])('marks %s at %s', (reason, field, event, place) => {
  expect(marked(event, reason, field)).toBe(place);
});

it('marks the first byte that is not UTF-8, also behind characters of several bytes', () => {
  const bytes = Buffer.concat([
    Buffer.from('{"city":"Zürich '),
    Buffer.from([0xff]),
    Buffer.from('"}'),
  ]);
  expect(locate(bytes, 'not-utf8')).toEqual({ from: 17, to: 18 });
});

it('marks the bracket that is too deep', () => {
  expect(locate(Buffer.from('['.repeat(70)), 'too-deep')).toEqual({ from: 64, to: 65 });
});

it('marks nothing where something is missing from the whole', () => {
  expect(marked('{"session_id":"a"}', 'missing-country', 'country')).toBeUndefined();
  expect(marked('{"session_id":"a"}', 'too-large')).toBeUndefined();
});
