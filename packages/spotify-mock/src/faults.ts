import { createRandom, type Random } from 'seeded-random';
import {
  FAULT_KINDS,
  type Fault,
  type FaultEndpoint,
  type FaultKind,
  type FaultPlan,
  faultPlan,
  TOKEN_FAULT_KINDS,
} from './fault-kinds.ts';
import { readJson } from './read-json.ts';

export { FAULT_KINDS, type Fault, type FaultKind, type FaultPlan } from './fault-kinds.ts';

/** Reads a plan; throws `InvalidInput` with one line about what is wrong with the file. */
export function readFaultPlan(file: string): FaultPlan {
  const form =
    'a fault plan {"seed": 1, "faults": [{"kind": "bad-gateway", "endpoint": "listing", "at": 0, "times": 1}]}';
  return readJson(file, faultPlan, form);
}

/** What random plans are made of unless they are asked for more, so that seeds stay what they are. */
export const DEFAULT_FAULT_KINDS: readonly FaultKind[] = FAULT_KINDS.slice(0, 12);

export interface RandomPlanOptions {
  kinds?: readonly FaultKind[];
  /** Whether the token's endpoint can be struck, too. */
  tokens?: boolean;
}

/** One to five faults of different kinds; the same seed and options give the same plan. */
export function randomFaultPlan(
  seed: number,
  { kinds = DEFAULT_FAULT_KINDS, tokens = false }: RandomPlanOptions = {},
): FaultPlan {
  const random = createRandom(seed);
  const left = kinds.filter((kind) => tokens || kind !== 'odd-expiry');
  const faults = Array.from({ length: Math.min(random.int(1, 5), left.length) }, () => {
    const [kind] = left.splice(random.int(0, left.length - 1), 1);
    return randomFault(kind as FaultKind, tokens, random);
  });
  return { seed, faults };
}

function randomEndpoint(kind: FaultKind, tokens: boolean, random: Random): FaultEndpoint {
  if (kind === 'repeated-album') return 'listing';
  if (kind === 'odd-expiry') return 'token';
  const endpoints = ['listing', 'album-tracks', 'any'] as const;
  const all = tokens && TOKEN_FAULT_KINDS.includes(kind) ? [...endpoints, 'token'] : endpoints;
  return random.pick<FaultEndpoint>(all as FaultEndpoint[]);
}

function randomFault(kind: FaultKind, tokens: boolean, random: Random): Fault {
  const endpoint = randomEndpoint(kind, tokens, random);
  const latest = endpoint === 'token' ? 1 : endpoint === 'listing' ? 4 : 12;
  const common = { endpoint, at: random.int(0, latest), times: randomTimes(random) };
  return { kind, ...common, ...randomDetails(kind, random) } as Fault;
}

/** What a kind has besides the requests that it strikes. */
function randomDetails(kind: FaultKind, random: Random): object {
  const index = () => random.int(0, 9);
  switch (kind) {
    case 'rate-limit': {
      // A long wait is rare: it is what a run has to hand over to its state machine.
      const retryAfter = random.chance(0.15) ? 30 : 1;
      const header = random.chance(0.75);
      return { retryAfter, header, json: random.chance(0.75) };
    }
    case 'quota':
      return { times: 1, retryAfter: random.int(20_000, 86_400) };
    case 'slow':
      return { times: random.int(1, 5), delayMs: random.int(20, 200) };
    case 'drop':
      return { when: random.pick(['before', 'middle'] as const) };
    case 'null-item':
    case 'item-without-id':
    case 'credit-without-id':
      return { index: index() };
    case 'endless-next':
      return { next: random.pick(['self', 'further'] as const) };
    case 'shifting-total': {
      const delta = random.pick([-6, -1, 1, 7]);
      return { delta, endsEarly: delta < 0 && random.chance(0.5) };
    }
    case 'repeated-album':
      return { replace: random.chance(0.5) };
    case 'odd-expiry':
      return random.pick([{}, ...[0, -1, 1, 1.5, 1e12, '3600', null].map((value) => ({ value }))]);
    case 'short-page':
      return { keep: random.int(1, 5) };
    case 'odd-total':
      return { value: random.pick([0, -1, 1.5, 1e12, '20', null]) };
    case 'missing-field':
      return { field: random.pick(['total', 'limit', 'offset', 'next'] as const) };
    case 'repeated-item':
      return { index: index(), replace: random.chance(0.5) };
    case 'broken-text':
      return { index: index(), how: random.pick(['invalid-utf8', 'half-surrogate-pair'] as const) };
    case 'wrong-length':
      return { delta: random.pick([-20, -1, 1, 20]) };
    case 'slow-body':
      return { ms: random.int(50, 500) };
    case 'redirect':
      return { to: random.pick(['itself', 'elsewhere'] as const) };
    case 'huge-body':
      return { bytes: random.int(1, 40) * 1_000_000 };
    default:
      return {};
  }
}

/** Mostly what a client's retries get over; now and then more, so that albums stay missing. */
function randomTimes(random: Random): number {
  if (random.chance(0.7)) return random.int(1, 2);
  return random.chance(0.5) ? random.int(3, 5) : random.int(6, 24);
}
