import { scaleBand, scaleLinear } from 'd3-scale';
import { useWidth } from '../use.ts';
import { Axis, everyNth } from './axis.tsx';

export interface Bar {
  key: string;
  /** Under the bar. */
  label: string;
  /** What a reader hears and a pointer shows. */
  title: string;
  /** In the order of the parts. */
  values: number[];
}

interface Props {
  label: string;
  /** Each has a class of style.css: a colour, and a pattern where the colour alone would not do. */
  parts: { name: string; className: string }[];
  bars: Bar[];
  height?: number;
  onSelect?: (key: string) => void;
  selected?: string | undefined;
}

const LEFT = 44;
const BOTTOM = 22;

/** Bars that are stacked out of parts; each is a button where `onSelect` is given. */
export function StackedBars({ label, parts, bars, height = 200, onSelect, selected }: Props) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const most = Math.max(1, ...bars.map(({ values }) => values.reduce((sum, n) => sum + n, 0)));
  const x = scaleBand(
    bars.map(({ key }) => key),
    [LEFT, width],
  )
    .paddingInner(0.25)
    .paddingOuter(0.1);
  const y = scaleLinear([0, most], [height - BOTTOM, 8]).nice(4);
  const thick = Math.min(48, x.bandwidth());
  const shown = everyNth(bars, width - LEFT, 64);
  return (
    <div ref={ref} class="chart">
      {parts.length > 1 && (
        <ul class="legend">
          {parts.map(({ name, className }) => (
            <li key={name}>
              <svg width="14" height="14" aria-hidden="true">
                <rect width="14" height="14" rx="3" class={className} />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      )}
      <svg width={width} height={height} role="group" aria-label={label}>
        <Axis scale={y} left={LEFT} width={width} />
        {bars.map((bar) => {
          const left = (x(bar.key) ?? 0) + (x.bandwidth() - thick) / 2;
          let sum = 0;
          const active = onSelect && {
            role: 'button' as const,
            tabindex: 0,
            'aria-pressed': selected === bar.key,
            onClick: () => onSelect(bar.key),
            onKeyDown: (event: KeyboardEvent) => {
              if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault();
                onSelect(bar.key);
              }
            },
          };
          return (
            <g
              key={bar.key}
              class={`bar ${selected === bar.key ? 'selected' : ''}`}
              {...(active ?? { role: 'img' as const })}
              aria-label={bar.title}
            >
              <title>{bar.title}</title>
              <rect x={left - 2} y={8} width={thick + 4} height={height - BOTTOM - 8} class="hit" />
              {bar.values.map((value, i) => {
                const from = y(sum);
                sum += value;
                const part = parts[i];
                return (
                  value > 0 && (
                    <rect
                      key={part?.name}
                      x={left}
                      y={y(sum)}
                      width={thick}
                      height={Math.max(1.5, from - y(sum))}
                      class={part?.className}
                    />
                  )
                );
              })}
              {shown.has(bar) && (
                <text x={left + thick / 2} y={height - 6} class="tick middle">
                  {bar.label}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
