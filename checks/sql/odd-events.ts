/** An event as producers send them; `more` is JSON text of further members, with a comma at its end. */
const event = (session: string, country: string, more: string, history = ENTRY): string =>
  `{${more}"session_id":"odd-${session}","customer_number":"C-1","city":"Wien","country":"${country}","credit_limit":1000,"browsing_history":[${history}]}`;

const ENTRY = '{"product_code":"ODD","quantity":2,"in_shopping_cart":true}';

const digits = (count: number): string => '7'.repeat(count);
const nested = (open: string, close: string, depth: number): string =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

/** What a member may look like that enrichment accepts and no query should trip over. */
const MEMBERS: Record<string, string> = {
  'keys-differ-in-case': '"City":"A","CITY":"B","Session_Id":"C","Event_Id":"D",',
  'nested-keys-differ-in-case': '"extra":{"a":1,"A":2,"deep":[{"b":1,"B":2}]},',
  'greatest-integers': '"extra":[18446744073709551615,-9223372036854775808],',
  'long-fraction': `"extra":0.${digits(1_500)},`,
  'great-exponent': '"extra":[1e308,-1e308,1e-400,-0],',
  'deep-arrays': `"extra":${nested('[', ']', 60)},`,
  'deep-objects': `"extra":${nested('{"a":', '}', 60)},`,
  'nul-in-a-string': '"extra":"a\\u0000b",',
  'nul-in-a-key': '"a\\u0000b":1,',
  'long-key': `"${'k'.repeat(100_000)}":1,`,
  'empty-key': '"":1,',
  'keys-of-other-languages': '"a.b":1,"a b":2,"a\\"b":3,"größe":4,"\\ud83d\\ude00":5,"select":6,',
  'line-separators': '"extra":"\\u2028\\u2029\\u0085\\r\\n",',
  'its-own-columns': '"ingest_date":"1999-01-01","run_id":1,',
};

/** Entries of a history: cases of the same key, and numbers as long as they may be. */
const ENTRIES: Record<string, string> = {
  'entry-keys-differ-in-case':
    '{"product_code":"ODD","Product_Code":"X","quantity":2,"Quantity":9,"in_shopping_cart":true}',
  'entry-with-more':
    '{"product_code":"ODD","quantity":2,"in_shopping_cart":true,"extra":{"a":[1,{"A":null}]}}',
};

const COUNTRIES = ['USA', 'Austria'];

/** Odd events, each once for each country: JSON text by a name that is part of its session. */
export const ODD_EVENTS: readonly { session: string; text: string }[] = COUNTRIES.flatMap(
  (country) => [
    ...Object.entries(MEMBERS).map(([name, more]) => ({
      session: `odd-${name}-${country}`,
      text: event(`${name}-${country}`, country, more),
    })),
    ...Object.entries(ENTRIES).map(([name, entry]) => ({
      session: `odd-${name}-${country}`,
      text: event(`${name}-${country}`, country, '', entry),
    })),
  ],
);
