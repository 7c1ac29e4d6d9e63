/** What went where; a sum that is off says so. */
export interface Flow {
  received: number;
  enriched: number;
  rejected: number;
  segments: { name: string; count: number }[];
  /** Nothing came for a while: what is missing now is not under way. */
  isQuiet: boolean;
}

export interface StreamsView {
  /** Of the first step, in milliseconds. */
  from: number;
  stepSeconds: number;
  flow: Flow;
  /** `lagMs`: how long the last record had waited; null where none was read. */
  consumers: { name: string; lagMs: number | null; lag: (number | null)[] }[];
  throughput: { name: string; values: (number | null)[] }[];
  retries: { name: string; values: (number | null)[] }[];
}

export interface Balance {
  at: string;
  off: number;
  text: string;
  isWrong: boolean;
}

/** Where the flow does not add up, in words. Less than came is under way, or lost; more came twice. */
export function balancesOf({ received, enriched, rejected, segments, isQuiet }: Flow): Balance[] {
  const routed = segments.reduce((sum, { count }) => sum + count, 0);
  const balance = (at: string, from: number, to: number): Balance => {
    const off = from - to;
    const n = Math.abs(off).toLocaleString('en');
    if (off === 0) return { at, off, text: 'adds up', isWrong: false };
    if (off < 0) return { at, off, text: `${n} more than came in: redelivered`, isWrong: false };
    return isQuiet
      ? { at, off, text: `${n} not accounted for`, isWrong: true }
      : { at, off, text: `${n} under way`, isWrong: false };
  };
  return [balance('enrich', received, enriched + rejected), balance('route', enriched, routed)];
}
