import type { ScaleLinear } from 'd3-scale';

/** Lines and figures of a vertical axis. */
export function Axis({
  scale,
  left,
  width,
  format = String,
}: {
  scale: ScaleLinear<number, number>;
  left: number;
  width: number;
  format?: (n: number) => string;
}) {
  return (
    <g aria-hidden="true">
      {scale.ticks(4).map((tick) => (
        <g key={tick} transform={`translate(0 ${scale(tick)})`}>
          <line x1={left} x2={width} class="grid" />
          <text x={left - 8} y={4} class="tick end">
            {format === String ? short(tick) : format(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

const short = (n: number): string =>
  n >= 1e6 ? `${n / 1e6}M` : n >= 1e4 ? `${n / 1e3}k` : String(n);

/** The items whose labels have room. */
export function everyNth<T>(items: T[], width: number, room: number): Set<T> {
  const step = Math.max(1, Math.ceil(items.length / Math.max(1, Math.floor(width / room))));
  return new Set(items.filter((_, i) => (items.length - 1 - i) % step === 0));
}
