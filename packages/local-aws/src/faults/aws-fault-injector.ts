import type { GatewayFaults } from '../gateway/gateway-faults.ts';
import type { CrawlFaults } from '../glue/glue.ts';
import type { LambdaFaults } from '../lambda/lambda.ts';
import type { AwsFault, AwsFaultKind, AwsFaultPlan } from './aws-faults.ts';

export interface AwsFaultInjector {
  gateway: GatewayFaults;
  lambda: LambdaFaults;
  crawls: CrawlFaults;
  /** How often each kind has struck, since the plan was set. */
  readonly struck: Partial<Record<AwsFaultKind, number>>;
  /** Starts another plan at its beginning, or ends all faults. */
  setPlan(plan: AwsFaultPlan | undefined): void;
}

interface Armed {
  fault: AwsFault;
  seen: number;
  left: number;
}

/** Holds how far a plan of faults has come. */
export function createAwsFaultInjector(
  first?: AwsFaultPlan,
  now: () => number = Date.now,
): AwsFaultInjector {
  let armed: Armed[] = [];
  let struck: Partial<Record<AwsFaultKind, number>> = {};
  let stuckUntil = 0;

  function setPlan(plan: AwsFaultPlan | undefined): void {
    armed = (plan?.faults ?? []).map((fault) => ({ fault, seen: 0, left: fault.times }));
    struck = {};
    stuckUntil = 0;
  }
  setPlan(first);

  /** The first fault that is due for what `concerns` says; all that are concerned count it. */
  function due(concerns: (fault: AwsFault) => boolean): AwsFault | undefined {
    let found: Armed | undefined;
    for (const one of armed) {
      if (!concerns(one.fault)) continue;
      const number = one.seen;
      one.seen += 1;
      if (!found && one.left > 0 && number >= one.fault.at) found = one;
    }
    if (!found) return undefined;
    found.left -= 1;
    struck[found.fault.kind] = (struck[found.fault.kind] ?? 0) + 1;
    return found.fault;
  }

  const isOf = (fault: AwsFault, functionName: string) =>
    !('function' in fault) || fault.function === undefined || functionName.endsWith(fault.function);

  return {
    get struck() {
      return struck;
    },
    setPlan,
    gateway: {
      strike({ service, action, functionName }) {
        const isWrite = WRITES.test(action);
        const fault = due((each) => {
          if (!isOf(each, functionName)) return false;
          if (each.kind === 'killed-at-call') return isWrite || each.counts === 'calls';
          if (!('service' in each) || each.service !== service) return false;
          return each.action === undefined || each.action === action;
        });
        if (fault?.kind === 'killed-at-call') return { kind: 'kill', effect: fault.effect };
        if (fault?.kind === 'no-response') return { kind: 'no-response' };
        if (fault?.kind === 'internal-error') {
          const name = service === 's3' ? 'InternalError' : 'InternalFailure';
          return { kind: 'error', status: 500, name, message: 'We encountered an internal error.' };
        }
        if (fault?.kind === 'throttled') return { kind: 'error', ...THROTTLED[service] };
        return undefined;
      },
    },
    lambda: {
      rejects(functionName) {
        const fault = due((each) => each.kind === 'lambda-error' && isOf(each, functionName));
        if (fault?.kind !== 'lambda-error') return undefined;
        return { name: fault.error, message: 'an error of the service, by the plan of faults' };
      },
      losesResult: (functionName) =>
        due((each) => each.kind === 'lost-result' && isOf(each, functionName)) !== undefined,
    },
    crawls: {
      fails() {
        const fault = due(({ kind }) => kind === 'crawl-failed' || kind === 'crawl-stuck');
        if (fault?.kind === 'crawl-stuck') stuckUntil = now() + fault.ms;
        return fault?.kind === 'crawl-failed';
      },
      isStuck: () => now() < stuckUntil,
    },
  };
}

const WRITES = /^(Put|Post|Delete|Create|Update|Start)/;

const RATE = { status: 400, name: 'ThrottlingException', message: 'Rate exceeded' };
const THROTTLED = {
  s3: { status: 503, name: 'SlowDown', message: 'Please reduce your request rate.' },
  ssm: RATE,
  glue: RATE,
  kinesis: { ...RATE, name: 'LimitExceededException' },
  firehose: { ...RATE, status: 503, name: 'ServiceUnavailableException' },
};
