import { createRandom, type Random } from 'seeded-random';
import * as z from 'zod';

/** Calls of functions alone are counted and struck, never those of a person at the keyboard. */
const calls = {
  service: z.enum(['s3', 'ssm', 'glue', 'kinesis', 'firehose']),
  /** As policies name it, such as `PutObject`; all actions of the service if left out. */
  action: z.string().optional(),
};
const when = {
  /** The end of its name is enough: `planAlbums`. All functions if left out. */
  function: z.string().optional(),
  /** The call, invocation or crawl, counted from 0 among those concerned, from which on it strikes. */
  at: z.int().nonnegative(),
  /** How many it strikes. */
  times: z.int().positive(),
};

const LAMBDA_ERRORS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
] as const;

const fault = z.discriminatedUnion('kind', [
  /** 503 SlowDown of S3; of the others, their exception for a rate that was exceeded. */
  z.strictObject({ kind: z.literal('throttled'), ...calls, ...when }),
  /** 500. */
  z.strictObject({ kind: z.literal('internal-error'), ...calls, ...when }),
  /** The connection ends without a response; the call has no effect. */
  z.strictObject({ kind: z.literal('no-response'), ...calls, ...when }),
  /** Lambda does not run the function. */
  z.strictObject({ kind: z.literal('lambda-error'), ...when, error: z.enum(LAMBDA_ERRORS) }),
  /** The environment ends at a call: before it has any effect, or with its effect but no response. */
  z.strictObject({
    kind: z.literal('killed-at-call'),
    ...when,
    counts: z.enum(['calls', 'writes']),
    effect: z.enum(['none', 'done']),
  }),
  /** The environment ends after the handler: its effects remain, its result is lost. */
  z.strictObject({ kind: z.literal('lost-result'), ...when }),
  z.strictObject({ kind: z.literal('crawl-failed'), at: when.at, times: when.times }),
  /** The crawl stays RUNNING for so long, then succeeds. */
  z.strictObject({
    kind: z.literal('crawl-stuck'),
    at: when.at,
    times: when.times,
    ms: z.int().positive(),
  }),
]);

export const awsFaultPlan = z.strictObject({ seed: z.int(), faults: z.array(fault) });

export type AwsFault = z.infer<typeof fault>;
export type AwsFaultKind = AwsFault['kind'];
/** Plain JSON, to be written by hand, kept in a file, printed beside a failed test. */
export type AwsFaultPlan = z.infer<typeof awsFaultPlan>;

export const AWS_FAULT_KINDS: readonly AwsFaultKind[] = fault.options.map(
  (option) => option.shape.kind.value,
);

/** One to three faults, each of some function or of all; the same seed gives the same plan. */
export function randomAwsFaultPlan(seed: number, functions: readonly string[]): AwsFaultPlan {
  const random = createRandom(seed);
  const kinds = [...AWS_FAULT_KINDS];
  const faults = Array.from({ length: random.int(1, 3) }, () => {
    const [kind] = kinds.splice(random.int(0, kinds.length - 1), 1);
    return randomFault(kind as AwsFaultKind, functions, random);
  });
  return { seed, faults };
}

function randomFault(kind: AwsFaultKind, functions: readonly string[], random: Random): AwsFault {
  const times = random.chance(0.7) ? random.int(1, 2) : random.int(3, 12);
  const of = random.chance(0.7) ? { function: random.pick(functions) } : {};
  switch (kind) {
    case 'throttled':
    case 'internal-error':
    case 'no-response': {
      const service = random.pick(['s3', 's3', 'ssm', 'glue'] as const);
      return { kind, service, at: random.int(0, service === 's3' ? 30 : 1), times };
    }
    case 'lambda-error':
      return { kind, ...of, at: random.int(0, 3), times, error: random.pick(LAMBDA_ERRORS) };
    case 'killed-at-call':
      return {
        kind,
        ...of,
        at: random.int(0, 4),
        times: 1,
        counts: random.pick(['calls', 'writes'] as const),
        effect: random.pick(['none', 'done'] as const),
      };
    case 'lost-result':
      return { kind, ...of, at: random.int(0, 3), times: random.int(1, 2) };
    case 'crawl-failed':
      return { kind, at: 0, times: random.int(1, 2) };
    case 'crawl-stuck':
      return { kind, at: 0, times: 1, ms: random.int(500, 2_000) };
  }
}
