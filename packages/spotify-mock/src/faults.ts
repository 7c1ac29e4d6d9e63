import { createRandom, type Random } from 'seeded-random';
import * as z from 'zod';
import { readJson } from './read-json.ts';

const seconds = z.int().nonnegative();

/** `listing` is new-releases and search together, `any` is both groups counted together. */
const everyFault = {
  endpoint: z.enum(['listing', 'album-tracks', 'any']),
  /** The request of its endpoint, counted from 0, from which on the fault strikes. */
  at: z.int().nonnegative(),
  /** How many requests it strikes; one that it cannot apply to is left for the next. */
  times: z.int().positive(),
};

const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rate-limit'),
    ...everyFault,
    retryAfter: seconds,
    /** false: no Retry-After header. */
    header: z.boolean().optional(),
    /** false: the body is plain text. */
    json: z.boolean().optional(),
  }),
  /** `times` means nothing here: once gone, the quota stays gone. */
  z.strictObject({ kind: z.literal('quota'), ...everyFault, retryAfter: seconds.optional() }),
  /** Every token issued so far ends with this request. */
  z.strictObject({ kind: z.literal('token-expiry'), ...everyFault }),
  z.strictObject({ kind: z.literal('bad-gateway'), ...everyFault }),
  z.strictObject({ kind: z.literal('slow'), ...everyFault, delayMs: z.int().nonnegative() }),
  z.strictObject({
    kind: z.literal('drop'),
    ...everyFault,
    /** The connection ends before the first byte, or half-way through the body. */
    when: z.enum(['before', 'middle']),
  }),
  z.strictObject({
    kind: z.literal('null-item'),
    ...everyFault,
    /** Which item of the page is lost; counted round when the page is shorter. 0 if left out. */
    index: z.int().nonnegative().optional(),
  }),
  z.strictObject({
    kind: z.literal('endless-next'),
    ...everyFault,
    /** `times` counts lists: each stays empty and endless from the page on that was struck. */
    next: z.enum(['self', 'further']).optional(),
  }),
  z.strictObject({
    kind: z.literal('shifting-total'),
    ...everyFault,
    delta: z.int(),
    /** true: `next` is null too early as well. */
    endsEarly: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('repeated-album'),
    ...everyFault,
    /** true: the first album of this page is lost to the repeated one. */
    replace: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('plain-403'), ...everyFault }),
  z.strictObject({ kind: z.literal('truncated'), ...everyFault }),
]);

const faultPlan = z.strictObject({ seed: z.int(), faults: z.array(fault) });

export type Fault = z.infer<typeof fault>;
export type FaultKind = Fault['kind'];
/** Plain JSON, to be written by hand, kept in a file, printed beside a failed test. */
export type FaultPlan = z.infer<typeof faultPlan>;

export const FAULT_KINDS: readonly FaultKind[] = fault.options.map(
  (option) => option.shape.kind.value,
);

/** Reads a plan; throws `InvalidInput` with one line about what is wrong with the file. */
export function readFaultPlan(file: string): FaultPlan {
  const form =
    'a fault plan {"seed": 1, "faults": [{"kind": "bad-gateway", "endpoint": "listing", "at": 0, "times": 1}]}';
  return readJson(file, faultPlan, form);
}

/** One to five faults of different kinds; the same seed gives the same plan. */
export function randomFaultPlan(seed: number): FaultPlan {
  const random = createRandom(seed);
  const kinds = [...FAULT_KINDS];
  const faults = Array.from({ length: random.int(1, 5) }, () => {
    const [kind] = kinds.splice(random.int(0, kinds.length - 1), 1);
    return randomFault(kind as FaultKind, random);
  });
  return { seed, faults };
}

function randomFault(kind: FaultKind, random: Random): Fault {
  const endpoint =
    kind === 'repeated-album'
      ? 'listing'
      : random.pick(['listing', 'album-tracks', 'any'] as const);
  const common = {
    endpoint,
    at: random.int(0, endpoint === 'listing' ? 4 : 12),
    times: randomTimes(random),
  };
  switch (kind) {
    case 'rate-limit': {
      // A long wait is rare: it is what a run has to hand over to its state machine.
      const retryAfter = random.chance(0.15) ? 30 : 1;
      const header = random.chance(0.75);
      return { kind, ...common, retryAfter, header, json: random.chance(0.75) };
    }
    case 'quota':
      return { kind, ...common, times: 1, retryAfter: random.int(20_000, 86_400) };
    case 'slow':
      return { kind, ...common, times: random.int(1, 5), delayMs: random.int(20, 200) };
    case 'drop':
      return { kind, ...common, when: random.pick(['before', 'middle'] as const) };
    case 'null-item':
      return { kind, ...common, index: random.int(0, 9) };
    case 'endless-next':
      return { kind, ...common, next: random.pick(['self', 'further'] as const) };
    case 'shifting-total': {
      const delta = random.pick([-6, -1, 1, 7]);
      return { kind, ...common, delta, endsEarly: delta < 0 && random.chance(0.5) };
    }
    case 'repeated-album':
      return { kind, ...common, replace: random.chance(0.5) };
    default:
      return { kind, ...common };
  }
}

/** Mostly what a client's retries get over; now and then more, so that albums stay missing. */
function randomTimes(random: Random): number {
  if (random.chance(0.7)) return random.int(1, 2);
  return random.chance(0.5) ? random.int(3, 5) : random.int(6, 24);
}
