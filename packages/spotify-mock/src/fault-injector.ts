import type { Fault, FaultKind, FaultPlan } from './faults.ts';
import { changePage, emptyPage } from './page-faults.ts';
import {
  type Answer,
  apiError,
  type PageResponse,
  pageResponse,
  rateLimited,
  TOKEN_EXPIRED,
} from './responses.ts';

/** `list` names what is paged through (the path), so that one list can stay endless. */
export type FaultTarget = { group: 'listing' | 'album-tracks' | 'other'; list: string };

/** What becomes of a request: its answer, and how much of it gets through. */
export type Outcome = {
  answer: Answer;
  delayMs: number;
  end: 'whole' | 'truncated' | 'dropped-before' | 'dropped-middle';
  struck: FaultKind[];
};

export type FaultInjector = {
  /** `realResponse` is asked only when no fault stands in its place. */
  strike(target: FaultTarget, realResponse: () => Answer | PageResponse): Outcome;
  /** Ends what lasts by itself (quota, endless lists); the plan goes on where it was. */
  endLasting(): void;
};

type Armed = { fault: Fault; left: number };
type EndlessList = { list: string; offset: number; next: 'self' | 'further' };

/** Holds how far a plan has come. No clock and no sockets, so that a test can drive it. */
export function createFaultInjector(plan: FaultPlan | undefined): FaultInjector {
  const armed: Armed[] = (plan?.faults ?? []).map((fault) => ({ fault, left: fault.times }));
  const seen = { listing: 0, 'album-tracks': 0, any: 0 };
  let quotaGone: Answer | undefined;
  let endless: EndlessList[] = [];

  function dueFaults(group: FaultTarget['group']): Armed[] {
    if (group === 'other') return [];
    const number = { ...seen };
    seen[group] += 1;
    seen.any += 1;
    return armed.filter(({ fault, left }) => {
      const concerned = fault.endpoint === 'any' || fault.endpoint === group;
      return concerned && left > 0 && number[fault.endpoint] >= fault.at;
    });
  }

  /** The faults of a page add up: a null item can stand on a page with a wrong total. */
  function strikePage(answer: PageResponse, list: string, due: Armed[]): FaultKind[] {
    const { page } = answer;
    const lasting = () => endless.find((one) => one.list === list && page.offset >= one.offset);
    const struck = due.filter(({ fault }) => {
      if (fault.kind !== 'endless-next') return changePage(answer, fault);
      if (lasting()) return false;
      endless.push({ list, offset: page.offset, next: fault.next ?? 'self' });
      return true;
    });
    for (const one of struck) one.left -= 1;
    const kinds = struck.map(({ fault }) => fault.kind);
    const endlessList = lasting();
    if (!endlessList) return kinds;
    emptyPage(page, endlessList.next);
    return [...new Set([...kinds, 'endless-next' as const])];
  }

  return {
    strike({ group, list }, realResponse) {
      const due = dueFaults(group);
      const struck: FaultKind[] = [];
      let delayMs = 0;
      for (const one of due) {
        if (one.fault.kind !== 'slow') continue;
        one.left -= 1;
        delayMs += one.fault.delayMs;
        struck.push('slow');
      }
      const outcome = (answer: Answer, end: Outcome['end'] = 'whole'): Outcome => ({
        answer,
        delayMs,
        end,
        struck,
      });

      if (quotaGone) {
        struck.push('quota');
        return outcome(quotaGone);
      }
      // Only one fault can answer; the others that are due wait for the next request.
      for (const one of due) {
        const instead = respondInstead(one.fault);
        if (!instead) continue;
        const dropped = one.fault.kind === 'drop';
        one.left -= 1;
        if (one.fault.kind === 'quota') {
          quotaGone = instead;
          one.left = 0;
        }
        struck.push(one.fault.kind);
        return outcome(instead, dropped ? 'dropped-before' : 'whole');
      }

      const real = realResponse();
      if (!('page' in real)) return outcome(real);
      struck.push(...strikePage(real, list, due));
      const cut = due.find(({ fault }) => fault.kind === 'truncated' || fault.kind === 'drop');
      if (!cut) return outcome(pageResponse(real));
      cut.left -= 1;
      struck.push(cut.fault.kind);
      const end = cut.fault.kind === 'drop' ? 'dropped-middle' : 'truncated';
      return outcome(pageResponse(real), end);
    },

    endLasting() {
      quotaGone = undefined;
      endless = [];
    },
  };
}

/** What a fault answers in the place of the API; undefined if it needs the real answer. */
function respondInstead(fault: Fault): Answer | undefined {
  switch (fault.kind) {
    case 'rate-limit': {
      const { status, body, headers = {} } = rateLimited(fault.retryAfter);
      return {
        status,
        body: fault.json === false ? 'Too many requests' : body,
        headers: fault.header === false ? {} : headers,
      };
    }
    case 'quota': {
      const error = { status: 429, message: 'Too many requests', reason: 'QUOTA_EXCEEDED' };
      const headers = { 'Retry-After': String(fault.retryAfter ?? 81_654) };
      return { status: 429, body: { error }, headers };
    }
    case 'token-expiry':
      return TOKEN_EXPIRED;
    case 'bad-gateway':
      return apiError(502, 'Bad gateway.');
    case 'plain-403':
      return {
        status: 403,
        body: 'Active premium subscription required for the owner of the app.',
      };
    case 'drop':
      // Nobody reads this answer: the connection ends before it.
      return fault.when === 'before' ? apiError(502, 'Bad gateway.') : undefined;
    default:
      return undefined;
  }
}
