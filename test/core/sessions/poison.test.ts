import { createRandom } from 'seeded-random';
import { REASONS } from '../../../core/sessions/reasons.ts';
import { anEvent, enrich, enrichedText, eventWithQuantity } from './fixtures.ts';
import { createRandomJson, randomEvent } from './random-json.ts';

const valid = JSON.stringify(anEvent);
const withExtra = (member: string) => valid.replace('{', `{${member},`);
const nested = (open: string, close: string, times: number) =>
  withExtra(`"deep":${open.repeat(times)}${close.repeat(times)}`);

/** Of this process: what else the machine does counts for nothing. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

describe('A poison record is rejected', () => {
  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'not-utf8'],
    ['UTF-8 with a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not-utf8'],
    ['UTF-16', Buffer.from(valid, 'utf16le'), 'not-json'],
    ['a byte order mark', `\ufeff${valid}`, 'byte-order-mark'],
    ['nothing', '', 'not-json'],
    ['white space', ' \n', 'not-json'],
    ['text', 'session a1', 'not-json'],
    ['half an event', valid.slice(0, -1), 'not-json'],
    ['two events', `${valid}\n${valid}`, 'not-json'],
    ['an event and a zero byte', `${valid}\0`, 'not-json'],
    ['a line feed inside a string', valid.replace('Washington', 'Wash\nington'), 'not-json'],
    ['NaN', withExtra('"n":NaN'), 'not-json'],
    ['a trailing comma', valid.replace(']}', '],}'), 'not-json'],
    ['single quotes', "{'session_id':'a1'}", 'not-json'],
    ['null', 'null', 'not-an-object'],
    ['an array', `[${valid}]`, 'not-an-object'],
    ['a string that holds an event', JSON.stringify(valid), 'not-an-object'],
    ['a number', '12', 'not-an-object'],
    ['an event on several lines', JSON.stringify(anEvent, null, 2), 'line-break'],
    ['an event behind an empty line', `\n${valid}`, 'line-break'],
  ])('when it is %s', (_, given, reason) => {
    expect(enrich(given)).toMatchObject({ reason });
  });

  it.each([
    [withExtra('"__proto__":{"admin":true}'), '__proto__'],
    [withExtra('"\\u005f_proto__":1'), '__proto__'],
    [withExtra('"deep":[{"x":{"__proto__":null}}]'), '__proto__'],
    [valid.replace('"quantity":2', '"quantity":2,"__proto__":{}'), 'browsing_history[0].__proto__'],
  ])('with a __proto__ key anywhere: %s', (text, field) => {
    expect(enrich(text)).toEqual({ reason: 'forbidden-key', field });
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it.each([
    [withExtra('"session_id":"b2"'), 'session_id'],
    [withExtra('"session\\u005fid":"b2"'), 'session_id'],
    [withExtra('"x":1,"x":1'), 'x'],
    [withExtra('"x":1,"\\u0078":1'), 'x'],
    [withExtra('"deep":[{"a":{"b":1,"b":2}}]'), 'b'],
    [valid.replace('"quantity":2', '"quantity":2,"quantity":3'), 'browsing_history[0].quantity'],
    [withExtra(Array.from({ length: 50 }, (_, i) => `"k${i % 49}":0`).join()), 'k0'],
  ])('with the same key twice in an object: %s', (text, field) => {
    expect(enrich(text)).toEqual({ reason: 'duplicate-key', field });
  });

  it.each([
    [withExtra('"x":"\\ud83d"'), 'x'],
    [withExtra('"x":"\\uD83D and more"'), 'x'],
    [withExtra('"x":"\\ude00"'), 'x'],
    [withExtra('"x":"\\ude00\\ud83d"'), 'x'],
    [withExtra('"x":"\\ud83d\\ud83d\\ude00"'), 'x'],
    [withExtra('"x":"\\ud83d\\n"'), 'x'],
    [withExtra('"x":[{"y":"\\udfff"}]'), 'x'],
    [withExtra('"x":[{"\\udbff":1}]'), 'x'],
    [withExtra('"x\\udbff":1'), 'x\ufffd'],
    [withExtra('"\\u0078":"\\ud83d"'), 'x'],
    [valid.replace('Washington', '\\udc00'), 'city'],
    [valid.replace('USA', '\\udc00'), 'country'],
    [valid.replace('"a1"', '"\\ud800"'), 'session_id'],
    [valid.replace('Product1', '\\ud800'), 'browsing_history[0]'],
    [valid.replace('"quantity":2', '"quantity":2,"q":"\\ud800"'), 'browsing_history[0]'],
  ])('with half a surrogate pair anywhere: %s', (text, field) => {
    const detail = `at byte ${text.search(/\\u(d[89ab].{2}(?!\\ud[c-f])|d[c-f])/i)}`;
    expect(enrich(text)).toMatchObject({ reason: 'unpaired-surrogate', field });
    expect(enrich(text)).toHaveProperty('detail', expect.stringMatching(/^at byte \d+$/));
    if (!/ude00.*ud83d|ud83d.*ud83d/.test(text))
      expect(enrich(text)).toHaveProperty('detail', detail);
  });

  it.each(['\\ud83d\\ude00', '\\uD83D\\uDE00', '\\ud7ff\\ue000', '😀', '\\\\ud83d', '\\u0d83'])(
    'but not with whole pairs and what only looks like halves: %s',
    (text) => {
      expect(enrich(withExtra(`"x":"${text}","${text}":1`))).toHaveProperty('segment');
    },
  );

  // pandas 3, pyarrow, Polars, daft, DataFusion, orjson: each of these numbers ended one of them at the whole file.
  it.each([
    '1e400',
    '-1E+400',
    '1.8e308',
    '10000e306',
    '0e999',
    '18446744073709551616',
    '-9223372036854775809',
    '123456789012345678901234567890.5',
    '123456789012345678901234567890e-20',
    '1e-10000000000',
    '0E-99999999999',
    '1'.repeat(300),
    '1'.repeat(900_000),
  ])('with a number that stops readers of the whole file (%#)', (number) => {
    for (const written of [`"x":${number}`, `"x":[0,{"y":${number}}]`]) {
      const text = withExtra(written);
      const detail = `at byte ${text.indexOf(number)}`;
      expect(enrich(text)).toEqual({ reason: 'number-out-of-range', field: 'x', detail });
    }
  });

  it.each([
    '18446744073709551615',
    '-9223372036854775808',
    '12345678901234567890.5',
    '1e308',
    '1e-400',
    '1E-9999999999',
    `0.${'1'.repeat(400)}`,
    '3.141592653589793238462643383279',
    '-0',
  ])('but not with one that is only long or small (%#)', (number) => {
    expect(enrichedText(withExtra(`"x":${number}`))).toContain(`"x":${number},`);
  });

  it('with the same key twice, however many keys stand between', () => {
    for (let count = 2; count < 70; count++) {
      const keys = Array.from({ length: count }, (_, i) => `"k${i}":0`);
      for (const twice of [0, count - 1]) {
        const text = withExtra([...keys, `"k${twice}":0`].join());
        expect(enrich(text)).toEqual({ reason: 'duplicate-key', field: `k${twice}` });
      }
    }
  });

  it.each(['01', '-', '1.', '.5', '1e', '0x1', '+1', '1 2', '--1', '"1', 'tru', '1,'])(
    'called broken JSON for the quantity %s',
    (spelled) => {
      expect(enrich(eventWithQuantity(spelled))).toMatchObject({ reason: 'not-json' });
    },
  );

  it('called broken JSON even when a field is wrong as well', () => {
    const text = valid.replace('"quantity":2', '"quantity":-2').slice(0, -1);
    expect(enrich(text)).toEqual({ reason: 'not-json', detail: `at byte ${text.length}` });
  });

  it('nested as deep as it likes, in no time', () => {
    expect(enrich(nested('[', ']', 63))).toHaveProperty('segment');
    expect(enrich(nested('[', ']', 64))).toMatchObject({ reason: 'too-deep' });
    expect(enrich(nested('{"a":', '}', 64).replace(':}', ':1}'))).toMatchObject({
      reason: 'too-deep',
    });
    const start = process.cpuUsage();
    expect(enrich('['.repeat(1 << 20))).toMatchObject({ reason: 'too-large' });
    expect(enrich('['.repeat(1_000_000))).toMatchObject({ reason: 'too-deep' });
    expect(enrich(nested('[', ']', 499_000))).toMatchObject({ reason: 'too-deep' });
    expect(enrich('{"a":'.repeat(200_000))).toMatchObject({ reason: 'too-deep' });
    expect(cpuMs(start)).toBeLessThan(500);
  });

  it('in linear time, whatever it repeats a hundred thousand times', () => {
    const many = (n: number, item: (i: number) => string) =>
      Array.from({ length: n }, (_, i) => item(i)).join();
    const start = process.cpuUsage();
    expect(enrich(withExtra(many(70_000, (i) => `"k${i}":0`)))).toHaveProperty('segment');
    expect(enrich(withExtra(`"a":[${many(300_000, () => '{}')}]`))).toHaveProperty('segment');
    const entries = many(20_000, (i) => `{"product_code":"P${i}","quantity":1}`);
    expect(
      enrich(valid.replace('"browsing_history":[', `"browsing_history":[${entries},`)),
    ).toHaveProperty('segment');
    expect(enrich(withExtra(`"s":"${'\\u0041'.repeat(160_000)}"`))).toHaveProperty('segment');
    expect(enrich(eventWithDigits(900_000))).toMatchObject({ reason: 'invalid-quantity' });
    expect(cpuMs(start)).toBeLessThan(3_000);
  });

  it('and its neighbours pass', () => {
    const poison = ['{', Buffer.from([0xff]), '['.repeat(1_000_000), withExtra('"__proto__":1')];
    for (const record of poison) {
      expect(enrich(record)).toHaveProperty('reason');
      expect(enrich(valid)).toMatchObject({ partitionKey: 'a1' });
    }
  });
});

describe('The reader', () => {
  it('takes for JSON what JSON.parse takes, over 12,000 damaged documents', () => {
    const random = createRandom(11).next;
    const json = createRandomJson(random);
    const bytes = '{}[]":,\\ \t0123456789-+.eEutfnrlas\u0000\u0001ü';
    const seen = { yes: 0, no: 0 };
    for (let i = 0; i < 12_000; i++) {
      let text = i % 3 === 0 ? randomEvent(json) : json.value(0);
      if (text.length > 400) continue;
      for (let edits = json.below(3); edits > 0; edits--) {
        const at = json.below(text.length + 1);
        const inserted = json.pick(['', '', json.pick([...bytes])]);
        text = text.slice(0, at) + inserted + text.slice(at + json.below(2));
      }
      const result = enrich(Buffer.from(text));
      const isJson = 'reason' in result ? result.reason !== 'not-json' : true;
      if (isJson !== parses(text))
        throw new Error(`${JSON.stringify(text)}: ${JSON.stringify(result)}`);
      seen[isJson ? 'yes' : 'no']++;
    }
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(2_000);
  });

  it('finds a key that stands twice, wherever and however it is spelled', () => {
    const random = createRandom(12).next;
    const json = createRandomJson(random);
    for (let i = 0; i < 1_500; i++) {
      const wrap = json.below(5);
      let text = `{${json.string('twice')}:1,"x":${json.value(3)},${json.string('twice')}:2}`;
      for (let depth = 0; depth < wrap; depth++)
        text = json.below(2) ? `[0,${text}]` : `{"w":${text}}`;
      expect(enrich(withExtra(`"deep":${text}`))).toMatchObject({
        reason: 'duplicate-key',
        field: 'twice',
      });
    }
  });
});

describe('The reasons', () => {
  it('are a closed list with a sentence each', () => {
    expect(Object.keys(REASONS)).toHaveLength(25);
    for (const text of Object.values(REASONS)) expect(text.length).toBeGreaterThan(15);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function eventWithDigits(digits: number): string {
  return valid.replace('"quantity":2', `"quantity":${'9'.repeat(digits)}`);
}
