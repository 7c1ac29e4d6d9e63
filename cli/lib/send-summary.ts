import { thousands } from '../../core/terminal/thousands.ts';
import { count } from './output.ts';

const SHOWN = 5;

/** Counts events that were sent, and those that were not, with the first few of each reason. */
export interface SendSummary {
  readonly sent: number;
  readonly bytes: number;
  readonly unsent: number;
  addSent(bytes: number): void;
  addUnsent(reason: string, place?: string): void;
  /** `2 of 10 events were not sent: no JSON (line 3, line 9)`; `total` counts those, too, that were never tried. */
  unsentText(total?: number): string;
}

export function createSendSummary(): SendSummary {
  let sent = 0;
  let bytes = 0;
  const reasons = new Map<string, { count: number; places: string[] }>();
  const unsent = () => [...reasons.values()].reduce((sum, reason) => sum + reason.count, 0);
  return {
    get sent() {
      return sent;
    },
    get bytes() {
      return bytes;
    },
    get unsent() {
      return unsent();
    },
    addSent(size) {
      sent++;
      bytes += size;
    },
    addUnsent(reason, place) {
      const entry = reasons.get(reason) ?? { count: 0, places: [] };
      entry.count++;
      if (place !== undefined && entry.places.length < SHOWN) entry.places.push(place);
      reasons.set(reason, entry);
    },
    unsentText(total = sent + unsent()) {
      const each = [...reasons].map(([reason, { count: times, places }]) => {
        if (places.length === 0) return reason;
        const more = times > places.length ? `, and ${times - places.length} more` : '';
        return `${reason} (${places.join(', ')}${more})`;
      });
      const lost = total - sent;
      const verb = lost === 1 ? 'was' : 'were';
      const why = each.length === 0 ? '' : `: ${each.join('; ')}`;
      return `${thousands(lost)} of ${count(total, 'event')} ${verb} not sent${why}`;
    },
  };
}
