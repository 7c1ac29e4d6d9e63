import * as z from 'zod';
import { nearestTo } from './nearest.ts';

/** No Lambda function runs longer. Node's timers take 24 days, and 1 ms in the place of more. */
const LONGEST_MS = 900_000;

/** A misspelt key says which one was meant. */
const strict = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const named = issue.keys.map((key) => `"${key}"${hint(key, Object.keys(shape))}`);
      return `Unrecognized key${named.length > 1 ? 's' : ''}: ${named.join(', ')}`;
    },
  });

function hint(name: string, known: readonly string[]): string {
  const nearest = nearestTo(name, known);
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
}

const seconds = z.int().nonnegative();

const counted = {
  at: z
    .int()
    .nonnegative()
    .describe('The request of its endpoint, counted from 0, from which on the fault strikes'),
  times: z
    .int()
    .positive()
    .describe('How many requests it strikes; one that it cannot apply to is left for the next'),
};
/** `listing` is new-releases and search together, `any` is both groups counted together. */
const ofApi = { endpoint: z.enum(['listing', 'album-tracks', 'any']), ...counted };
/** The token's endpoint has a count of its own, and is not part of `any`. */
const ofAll = { endpoint: z.enum(['listing', 'album-tracks', 'any', 'token']), ...counted };
/** Which item of the page is concerned; counted round when the page is shorter. 0 if left out. */
const index = z.int().nonnegative().optional();

const kinds = [
  // ---- a response in place of the real one
  strict({
    kind: z.literal('rate-limit'),
    ...ofAll,
    retryAfter: seconds,
    /** false: no Retry-After header. */
    header: z.boolean().optional(),
    /** false: the body is plain text. */
    json: z.boolean().optional(),
  }),
  /** `times` means nothing here: once gone, the quota stays gone, of the API or of tokens. */
  strict({ kind: z.literal('quota'), ...ofAll, retryAfter: seconds.optional() }),
  /** Every token issued so far ends with this request. */
  strict({ kind: z.literal('token-expiry'), ...ofApi }),
  strict({ kind: z.literal('bad-gateway'), ...ofAll }),
  strict({ kind: z.literal('slow'), ...ofAll, delayMs: z.int().nonnegative().max(LONGEST_MS) }),
  strict({
    kind: z.literal('drop'),
    ...ofAll,
    /** The connection ends before the first byte, or half-way through the body. */
    when: z.enum(['before', 'middle']),
  }),

  // ---- pages that say something else than the catalogue
  strict({ kind: z.literal('null-item'), ...ofApi, index }),
  strict({
    kind: z.literal('endless-next'),
    ...ofApi,
    /** `times` counts lists: each stays empty and endless from the page on that was struck. */
    next: z.enum(['self', 'further']).optional(),
  }),
  strict({
    kind: z.literal('shifting-total'),
    ...ofApi,
    delta: z.int(),
    /** true: `next` is null too early as well. */
    endsEarly: z.boolean().optional(),
  }),
  strict({
    kind: z.literal('repeated-album'),
    ...ofApi,
    /** true: the first album of this page is lost to the repeated one. */
    replace: z.boolean(),
  }),
  strict({ kind: z.literal('plain-403'), ...ofApi }),
  strict({ kind: z.literal('truncated'), ...ofAll }),

  // ---- kinds that came later: random plans take them only when asked to
  strict({ kind: z.literal('internal-error'), ...ofAll }),
  /** `expires_in` of a token; left out where there is no value. */
  strict({
    kind: z.literal('odd-expiry'),
    endpoint: z.literal('token'),
    ...counted,
    value: z.json().optional(),
  }),
  /** A page with fewer items than asked for, whose `next` leads to the first that is not on it. */
  strict({ kind: z.literal('short-page'), ...ofApi, keep: z.int().positive() }),
  strict({ kind: z.literal('odd-total'), ...ofApi, value: z.json() }),
  strict({
    kind: z.literal('missing-field'),
    ...ofApi,
    field: z.enum(['total', 'limit', 'offset', 'next', 'items']),
  }),
  strict({ kind: z.literal('item-without-id'), ...ofApi, index }),
  /** The first artist of the item has no id, as on some old and local tracks. */
  strict({ kind: z.literal('credit-without-id'), ...ofApi, index }),
  strict({
    kind: z.literal('repeated-item'),
    ...ofApi,
    index,
    /** true: the item behind it is lost to the copy. */
    replace: z.boolean(),
  }),
  /** The name of an item is no text: bytes that are no UTF-8, or half a surrogate pair. */
  strict({
    kind: z.literal('broken-text'),
    ...ofApi,
    index,
    how: z.enum(['invalid-utf8', 'half-surrogate-pair']),
  }),

  // ---- the same response over another wire
  strict({ kind: z.literal('gzip'), ...ofAll }),
  /** Content-Length says so many bytes more, or fewer, than come. */
  strict({ kind: z.literal('wrong-length'), ...ofAll, delta: z.int() }),
  /** The body comes in small parts over this time. */
  strict({ kind: z.literal('slow-body'), ...ofAll, ms: z.int().positive().max(LONGEST_MS) }),
  /** The body begins, and goes on with blanks until the caller leaves. */
  strict({ kind: z.literal('endless-chunks'), ...ofAll }),
  strict({
    kind: z.literal('redirect'),
    ...ofAll,
    /** To the same address, for ever, or to a host that is not Spotify's. */
    to: z.enum(['itself', 'elsewhere']),
  }),
  /** Blanks before the JSON: valid, and as long as this. */
  strict({ kind: z.literal('huge-body'), ...ofAll, bytes: z.int().positive() }),
] as const;

const fault = z.discriminatedUnion('kind', kinds, {
  error({ input, code }) {
    const { kind } = (input ?? {}) as { kind?: unknown };
    if (code !== 'invalid_union' || typeof kind !== 'string') return undefined;
    const nearest = nearestTo(kind, FAULT_KINDS);
    return nearest && `There is no kind '${kind}': did you mean '${nearest}'?`;
  },
});

export const faultPlan = strict({
  $schema: z.string().optional().describe('For editors'),
  seed: z.int().describe('Decides what a fault leaves open'),
  faults: z.array(fault),
});

export type Fault = z.infer<typeof fault>;
export type FaultKind = Fault['kind'];
export type FaultEndpoint = Fault['endpoint'];
/** Plain JSON, to be written by hand, kept in a file, printed beside a failed test. */
export type FaultPlan = z.infer<typeof faultPlan>;

export const FAULT_KINDS: readonly FaultKind[] = fault.options.map(
  (option) => option.shape.kind.value,
);
/** The kinds that the token's endpoint can have. */
export const TOKEN_FAULT_KINDS: readonly FaultKind[] = fault.options.flatMap((option) =>
  option.shape.endpoint.safeParse('token').success ? [option.shape.kind.value] : [],
);
