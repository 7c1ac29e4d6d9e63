/** A reason for rejection, and what a person reads. */
export type Stated = readonly [reason: string, message: string];

/**
 * A field of an event. One entry is all that a field takes: the reader, the columns of the tables,
 * the simulator and docs/session-events.md follow from it.
 */
export interface SessionField {
  readonly name: string;
  /** A second name that producers use; an event holds one of the two. */
  readonly alias?: string;
  /** As Glue has it. A field that is not checked is a string: one odd number must not fail a query. */
  readonly type: string;
  /** What the reader holds it to; without, it passes as it is. A text must not be blank if required. */
  readonly check?: 'text' | 'number' | 'flag' | 'history';
  readonly required: boolean;
  /** Absent, null or blank, of a required field. */
  readonly missing?: Stated;
  /** Of another type than the check asks for. */
  readonly invalid?: Stated;
  /** A value, as JSON; the simulator sends it where it has nothing better. */
  readonly example: string;
  readonly about: string;
}

/** The fields of an entry of the history. They are read in read-entry.ts, by hand for speed. */
export const ENTRY_FIELDS = [
  {
    name: 'product_code',
    type: 'string',
    check: 'text',
    required: true,
    invalid: ['invalid-product-code', 'product_code is not a string with something in it'],
    example: '"Product1"',
    about: 'Not empty',
  },
  {
    name: 'quantity',
    type: 'string',
    required: true,
    invalid: [
      'invalid-quantity',
      'quantity is no whole number from 0 on, nor a string of digits that holds one',
    ],
    example: '2',
    about: 'A whole number from 0 on, or a string of digits: `2`, `2.0` and `"2"` are equal',
  },
  {
    name: 'in_shopping_cart',
    type: 'boolean',
    check: 'flag',
    required: false,
    invalid: ['invalid-cart-flag', 'in_shopping_cart is neither true nor false'],
    example: 'true',
    about: 'Counts as `false` where it is absent',
  },
] as const satisfies readonly SessionField[];

const HISTORY_TYPE = `array<struct<${ENTRY_FIELDS.map(({ name, type }) => `${name}:${type}`).join()}>>`;

export const FIELDS = [
  {
    name: 'session_id',
    type: 'string',
    check: 'text',
    required: true,
    missing: ['missing-session-id', 'session_id is absent, null or blank'],
    invalid: [
      'invalid-session-id',
      'session_id is not a string of at most 256 characters, so it cannot be a partition key',
    ],
    example: '"a1"',
    about: '1 to 256 characters, not blank: it is the partition key',
  },
  {
    name: 'customer_number',
    type: 'string',
    required: false,
    example: '100',
    about: 'Passed on as it is',
  },
  {
    name: 'city',
    type: 'string',
    required: false,
    example: '"Washington"',
    about: 'Passed on as it is',
  },
  {
    name: 'country',
    type: 'string',
    check: 'text',
    required: true,
    missing: ['missing-country', 'country is absent, null or blank'],
    invalid: ['invalid-country', 'country is not a string'],
    example: '"USA"',
    about: 'Not blank; decides the segment, compared letter by letter',
  },
  {
    name: 'credit_limit',
    type: 'string',
    required: false,
    example: '1000',
    about: 'Passed on as it is',
  },
  {
    name: 'browsing_history',
    alias: 'browse_history',
    type: HISTORY_TYPE,
    check: 'history',
    required: true,
    missing: ['missing-history', 'browsing_history is absent or null'],
    invalid: ['invalid-history', 'browsing_history is not an array'],
    example: '[]',
    about:
      'May be empty. `browse_history` is accepted in its place; both together are ambiguous and rejected',
  },
] as const satisfies readonly SessionField[];

/** What enrichment adds; an event that already holds one of these is rejected. */
export const ADDED_FIELDS = [
  { name: 'overall_product_quantity', type: 'bigint', about: 'Sum of all quantities' },
  {
    name: 'overall_in_shopping_cart',
    type: 'bigint',
    about: 'Sum of the quantities whose `in_shopping_cart` is true',
  },
  {
    name: 'total_different_products',
    type: 'bigint',
    about: 'Number of distinct product codes (not of entries)',
  },
  {
    name: 'processing_timestamp',
    type: 'string',
    about: 'ISO 8601, UTC: when the event was enriched',
  },
  { name: 'segment', type: 'string', about: 'Name of the segment that the country belongs to' },
  {
    name: 'event_id',
    type: 'string',
    about:
      'Shard number and sequence number in the source stream: equal for every copy of the same record',
  },
] as const;

/** The columns of a segment's table. */
export function columns(): { Name: string; Type: string }[] {
  const fields: readonly SessionField[] = FIELDS;
  return [
    ...fields.flatMap(({ name, alias, type }) => [
      { Name: name, Type: type },
      ...(alias === undefined ? [] : [{ Name: alias, Type: type }]),
    ]),
    ...ADDED_FIELDS.map(({ name, type }) => ({ Name: name, Type: type })),
  ];
}

type Entry = (typeof FIELDS)[number] | (typeof ENTRY_FIELDS)[number];
type StatedBy<F> = F extends { missing: readonly [infer M, string] } ? M : never;
type InvalidBy<F> = F extends { invalid: readonly [infer I, string] } ? I : never;
export type FieldReason = StatedBy<Entry> | InvalidBy<Entry>;

/** The reasons that fields state, with their messages. */
export const FIELD_REASONS = Object.fromEntries(
  ([...FIELDS, ...ENTRY_FIELDS] as readonly SessionField[]).flatMap(({ missing, invalid }) =>
    [missing, invalid].filter((stated) => stated !== undefined),
  ),
) as Record<FieldReason, string>;
