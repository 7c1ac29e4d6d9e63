import { scaleLinear } from 'd3-scale';
import { clock } from '../../model/format.ts';
import { useWidth } from '../use.ts';
import { Axis } from './axis.tsx';

interface Props {
  label: string;
  series: { name: string; values: (number | null)[] }[];
  /** Of the first value and between two, in milliseconds. */
  from: number;
  step: number;
  format?: (n: number) => string;
  /** Of the axis, where it has to be shorter. */
  tick?: (n: number) => string;
  height?: number;
}

const LEFT = 52;
const BOTTOM = 22;

/** Lines over time, told apart by colour, dashes and the name with the last value. */
export function Lines({
  label,
  series,
  from,
  step,
  format = String,
  tick = format,
  height = 160,
}: Props) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const steps = Math.max(2, ...series.map(({ values }) => values.length));
  const most = Math.max(...series.flatMap(({ values }) => values.map((n) => n ?? 0)), 0);
  const x = scaleLinear([0, steps - 1], [LEFT, width - 4]);
  const y = scaleLinear([0, most || 1], [height - BOTTOM, 8]).nice(4);
  const last = (values: (number | null)[]) => values.findLast((n) => n !== null) ?? null;
  const spoken = series.map(
    ({ name, values }) =>
      `${name}: ${last(values) === null ? 'nothing' : format(last(values) as number)}`,
  );
  const times = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * (steps - 1)));
  return (
    <div ref={ref} class="chart">
      <ul class="legend">
        {series.map(({ name, values }, i) => (
          <li key={name}>
            <svg width="22" height="10" aria-hidden="true">
              <line x1="0" x2="22" y1="5" y2="5" class={`line line-${i % 6}`} />
            </svg>
            {name} <strong>{last(values) === null ? '–' : format(last(values) as number)}</strong>
          </li>
        ))}
      </ul>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${label}. Last values: ${spoken.join(', ')}`}
      >
        <Axis scale={y} left={LEFT} width={width} format={tick} />
        {series.map(({ name, values }, i) => (
          <g key={name} class={`line line-${i % 6}`}>
            <path d={pathOf(values, x, y)} />
            {values.map(
              (value, n) =>
                isAlone(values, n) && <circle key={n} cx={x(n)} cy={y(value ?? 0)} r={2.5} />,
            )}
          </g>
        ))}
        {times.map((at, i) => (
          <text
            key={at}
            x={x(at)}
            y={height - 5}
            class={`tick ${i === 0 ? 'start' : i === 4 ? 'end' : 'middle'}`}
          >
            {clock(from + at * step).slice(0, 5)}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** A value without neighbours is a dot: a line would have no length. */
const isAlone = (values: (number | null)[], i: number): boolean =>
  values[i] !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;

/** A gap stays a gap. */
function pathOf(
  values: (number | null)[],
  x: (n: number) => number,
  y: (n: number) => number,
): string {
  let d = '';
  values.forEach((value, i) => {
    if (value === null || isAlone(values, i)) return;
    d += `${(values[i - 1] ?? null) === null ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return d;
}
