import { count } from './output.ts';

const SHOWN = 5;

/** Counts what went and what did not, with the first few lines of each reason. */
export interface Tally {
  readonly sent: number;
  readonly bytes: number;
  readonly unsent: number;
  add(bytes: number): void;
  refuse(reason: string, place: string): void;
  /** `2 of 10 events were not sent: no JSON (line 3, line 9)` */
  complaint(): string;
}

export function createTally(): Tally {
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
    add(size) {
      sent++;
      bytes += size;
    },
    refuse(reason, place) {
      const known = reasons.get(reason) ?? { count: 0, places: [] };
      known.count++;
      if (known.places.length < SHOWN) known.places.push(place);
      reasons.set(reason, known);
    },
    complaint() {
      const each = [...reasons].map(([reason, { count: times, places }]) => {
        const more = times > places.length ? `, and ${times - places.length} more` : '';
        return `${reason} (${places.join(', ')}${more})`;
      });
      const lost = unsent();
      const verb = lost === 1 ? 'was' : 'were';
      return `${lost.toLocaleString('en')} of ${count(sent + lost, 'event')} ${verb} not sent: ${each.join('; ')}`;
    },
  };
}
