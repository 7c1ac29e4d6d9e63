import { respondInstead, withExpiry } from './fault-responses.ts';
import type { Fault, FaultKind, FaultPlan } from './faults.ts';
import { changePage, emptyPage } from './page-faults.ts';
import { type ApiResponse, type PageResponse, pageResponse } from './responses.ts';

/** `list` names what is paged through (the path), so that one list can stay endless. */
export type FaultTarget = { group: 'listing' | 'album-tracks' | 'token' | 'other'; list: string };

/** What becomes of a request: its response, and how it goes over the wire. */
export type Outcome = {
  response: ApiResponse;
  delayMs: number;
  /** Undefined: as it is. `drop` is before the first byte where there is no real response. */
  wire: WireFault | undefined;
  struck: FaultKind[];
};

export type WireFault = Extract<Fault, { kind: (typeof WIRE_KINDS)[number] }>;

export type FaultInjector = {
  /** `realResponse` is asked only when no fault replaces it. */
  strike(target: FaultTarget, realResponse: () => ApiResponse | PageResponse): Outcome;
  /** Ends lasting faults (quota, endless lists); the plan goes on where it was. */
  endLasting(): void;
};

type Armed = { fault: Fault; left: number };
type EndlessList = { list: string; offset: number; next: 'self' | 'further' };

const WIRE_KINDS = [
  'truncated',
  'drop',
  'gzip',
  'wrong-length',
  'slow-body',
  'endless-chunks',
  'huge-body',
] as const;
const isWire = (fault: Fault): fault is WireFault =>
  (WIRE_KINDS as readonly string[]).includes(fault.kind);

/** Holds how far a plan has come. No clock and no sockets, so that a test can drive it. */
export function createFaultInjector(plan: FaultPlan | undefined): FaultInjector {
  const armed: Armed[] = (plan?.faults ?? []).map((fault) => ({ fault, left: fault.times }));
  const seen = { listing: 0, 'album-tracks': 0, token: 0, any: 0 };
  let quotaGone: { api?: ApiResponse; token?: ApiResponse } = {};
  let endless: EndlessList[] = [];

  function dueFaults(group: FaultTarget['group']): Armed[] {
    if (group === 'other') return [];
    const number = { ...seen };
    seen[group] += 1;
    if (group !== 'token') seen.any += 1;
    return armed.filter(({ fault, left }) => {
      const isAny = fault.endpoint === 'any' && group !== 'token';
      return (isAny || fault.endpoint === group) && left > 0 && number[fault.endpoint] >= fault.at;
    });
  }

  /** The faults of a page add up: a null item can stand on a page with a wrong total. */
  function strikePage(real: PageResponse, list: string, due: Armed[]): FaultKind[] {
    const { page } = real;
    const lasting = () => endless.find((one) => one.list === list && page.offset >= one.offset);
    const struck = due.filter(({ fault }) => {
      if (fault.kind !== 'endless-next') return changePage(real, fault);
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

  /** What goes wrong with a token that is issued. */
  function strikeToken(real: ApiResponse, due: Armed[], struck: FaultKind[]): ApiResponse {
    const odd = due.find(({ fault }) => fault.kind === 'odd-expiry');
    if (odd?.fault.kind !== 'odd-expiry') return real;
    odd.left -= 1;
    struck.push('odd-expiry');
    return withExpiry(real, odd.fault.value);
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
      const outcome = (response: ApiResponse, wire?: WireFault): Outcome => ({
        response,
        delayMs,
        wire,
        struck,
      });

      const side = group === 'token' ? 'token' : 'api';
      const gone = quotaGone[side];
      if (gone) {
        struck.push('quota');
        return outcome(gone);
      }
      // Only one fault can respond; the others that are due wait for the next request.
      for (const one of due) {
        const instead = respondInstead(one.fault);
        if (!instead) continue;
        one.left -= 1;
        if (one.fault.kind === 'quota') {
          quotaGone[side] = instead;
          one.left = 0;
        }
        struck.push(one.fault.kind);
        return outcome(instead, isWire(one.fault) ? one.fault : undefined);
      }

      const real = realResponse();
      if (!('page' in real) && real.status !== 200) return outcome(real);
      if ('page' in real) struck.push(...strikePage(real, list, due));
      const response = 'page' in real ? pageResponse(real) : strikeToken(real, due, struck);
      const cut = due.find(({ fault }) => isWire(fault));
      if (!cut) return outcome(response);
      cut.left -= 1;
      struck.push(cut.fault.kind);
      return outcome(response, cut.fault as WireFault);
    },

    endLasting() {
      quotaGone = {};
      endless = [];
    },
  };
}
