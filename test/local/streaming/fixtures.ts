import type { Random } from 'seeded-random';
import type { KeyedRecord } from '../../../core/kinesis/records.ts';

/** A record on its way into the pipeline, and where it belongs. */
export interface SentRecord extends KeyedRecord {
  readonly data: Buffer;
  readonly goesTo: 'usa' | 'international' | 'rejected';
}

export const keyed = (partitionKey: string, data: string | Buffer) => ({
  partitionKey,
  data: Buffer.from(data as string),
});

/** As the text of a valid event has it. */
export const history = '[{"product_code":"P1","quantity":2,"in_shopping_cart":true}]';

/** A valid event as text, with `more` members. */
export const event = (id: string, country: string, more = '') =>
  `{"session_id":"${id}","country":"${country}","browsing_history":${history}${more}}`;

const COUNTRIES = ['USA', 'USA', 'Germany', 'France', 'Japan'];

const MALFORMED: ((sessionId: string, n: number) => Buffer)[] = [
  (_, n) => Buffer.from([0xc3, 0x28, n % 256]),
  (id, n) => Buffer.from(`{"session_id":"${id}","n":${n}`),
  (_, n) => Buffer.from(`[${n}]`),
  (id, n) => Buffer.from(`{"session_id":"${id}","n":${n},"browsing_history":[]}`),
  (id, n) =>
    Buffer.from(
      `{"session_id":"${id}","n":${n},"country":"USA","browsing_history":[{"product_code":"P","quantity":-1,"in_shopping_cart":true}]}`,
    ),
];

/**
 * `count` records of `sessions` sessions, each of one country: 1 % malformed, 2 % sent twice. In each
 * valid event `n` rises by one, over all sessions.
 */
export const givenEvents = (random: Random, count: number, sessions: number): SentRecord[] => [
  ...generateRecords(random, count, sessions),
];

/** The same, one after another. */
export function* generateRecords(
  random: Random,
  count: number,
  sessions: number,
): Generator<SentRecord> {
  for (let n = 0, sent = 0; sent < count; n++) {
    const session = random.int(0, sessions - 1);
    const partitionKey = `session-${session}`;
    const record = random.chance(0.01)
      ? ({
          partitionKey,
          data: random.pick(MALFORMED)(partitionKey, n),
          goesTo: 'rejected',
        } as const)
      : validRecord(random, partitionKey, COUNTRIES[session % COUNTRIES.length] as string, n);
    yield record;
    sent++;
    if (random.chance(0.02) && sent < count) {
      yield record;
      sent++;
    }
  }
}

function validRecord(random: Random, partitionKey: string, country: string, n: number): SentRecord {
  const browsing_history = Array.from({ length: random.int(1, 5) }, () => ({
    product_code: `Product${random.int(1, 50)}`,
    quantity: random.chance(0.2) ? String(random.int(1, 9)) : random.int(1, 9),
    in_shopping_cart: random.chance(0.5),
  }));
  const event = { session_id: partitionKey, n, country, browsing_history };
  return {
    partitionKey,
    data: Buffer.from(JSON.stringify(event)),
    goesTo: country === 'USA' ? 'usa' : 'international',
  };
}
