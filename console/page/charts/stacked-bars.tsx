import { scaleBand, scaleLinear } from 'd3-scale';
import { useId } from 'preact/hooks';
import { useWidth } from '../use.ts';
import { Axis, everyNth } from './axis.tsx';
import { Textures, textureOf } from './textures.tsx';

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
  /** Each has a class of style.css for its colour, and a texture by its place. */
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
  const id = useId();
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
          {parts.map(({ name, className }, i) => (
            <li key={name}>
              <svg width="16" height="16" aria-hidden="true">
                <rect width="16" height="16" rx="3" class={className} />
                <rect width="16" height="16" rx="3" fill={textureOf(id, i) ?? 'none'} />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      )}
      <svg width={width} height={height} role="group" aria-label={label}>
        <Textures id={id} />
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
                if (value <= 0) return undefined;
                const part = parts[i];
                const texture = textureOf(id, i);
                const place = {
                  x: left,
                  y: y(sum),
                  width: thick,
                  height: Math.max(1.5, from - y(sum)),
                };
                return (
                  <g key={part?.name}>
                    <rect {...place} class={part?.className} />
                    {texture && <rect {...place} fill={texture} />}
                  </g>
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
