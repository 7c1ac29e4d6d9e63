import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale';
import type { QueryColumn, Rows } from '../../../core/athena/query-result.ts';
import { type ChartChoice, chooseChart } from '../../model/choose-chart.ts';
import { Axis } from '../charts/axis.tsx';
import { useWidth } from '../use.ts';

const HEIGHT = 240;
const BAR = 24;
const LEFT = 64;

/** A chart of a result, chosen by the types of its columns; none where there is nothing to draw. */
export function ResultChart({ columns, rows }: { columns: readonly QueryColumn[]; rows: Rows }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const choice = chooseChart(columns, rows);
  const names = choice?.y.map((i) => columns[i]?.name).join(', ');
  return (
    <div ref={ref} class="chart">
      {choice && (
        <>
          <p class="hint">
            {names} by {columns[choice.x]?.name}
          </p>
          {choice.kind === 'bars' ? (
            <Bars choice={choice} rows={rows} width={width} />
          ) : (
            <Plane choice={choice} columns={columns} rows={rows} width={width} />
          )}
        </>
      )}
    </div>
  );
}

function Bars({
  choice: { x, y },
  rows,
  width,
}: {
  choice: ChartChoice;
  rows: Rows;
  width: number;
}) {
  const values = rows.map((row) => Number(row[y[0] ?? 0] ?? 0));
  const labels = rows.map((row) => row[x] ?? 'null');
  const room = Math.min(220, width * 0.35);
  const scale = scaleLinear(
    [Math.min(0, ...values), Math.max(0, ...values) || 1],
    [room, width - 60],
  );
  const rowsBand = scaleBand(
    rows.map((_, i) => String(i)),
    [0, rows.length * BAR],
  ).padding(0.2);
  return (
    <svg
      width={width}
      height={rows.length * BAR}
      role="img"
      aria-label={`Bars: ${labels
        .slice(0, 5)
        .map((label, i) => `${label} ${values[i]}`)
        .join(', ')}`}
    >
      {rows.map((_, i) => {
        const top = rowsBand(String(i)) ?? 0;
        const value = values[i] ?? 0;
        const label = labels[i] ?? '';
        return (
          <g key={i}>
            <text x={room - 8} y={top + BAR / 2 + 2} class="tick end">
              {label.length > room / 7 ? `${label.slice(0, Math.floor(room / 7) - 1)}…` : label}
            </text>
            <rect
              x={Math.min(scale(0), scale(value))}
              y={top}
              width={Math.max(1, Math.abs(scale(value) - scale(0)))}
              height={rowsBand.bandwidth()}
              rx={2}
              class="part-0"
            />
            <text x={Math.max(scale(0), scale(value)) + 6} y={top + BAR / 2 + 2} class="tick">
              {value.toLocaleString('en')}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function Plane({
  choice: { kind, x, y },
  columns,
  rows,
  width,
}: {
  choice: ChartChoice;
  columns: readonly QueryColumn[];
  rows: Rows;
  width: number;
}) {
  const isTime = kind === 'line';
  const at = (row: Rows[number]) =>
    isTime
      ? Date.parse((row[x] ?? '').replace(' ', 'T') + (/\d\d:/.test(row[x] ?? '') ? 'Z' : ''))
      : Number(row[x]);
  const sorted = rows.filter((row) => Number.isFinite(at(row))).sort((a, b) => at(a) - at(b));
  const first = sorted[0];
  const last = sorted.at(-1);
  if (!first || !last) return null;
  const range: [number, number] = [LEFT, width - 12];
  const xScale = isTime
    ? scaleUtc([at(first), at(last)], range)
    : scaleLinear([at(first), at(last)], range).nice();
  const all = y.flatMap((i) => sorted.map((row) => Number(row[i] ?? 0)));
  const yScale = scaleLinear([Math.min(0, ...all), Math.max(1, ...all)], [HEIGHT - 24, 8]).nice(4);
  const format = xScale.tickFormat(5) as (value: Date | number) => string;
  return (
    <>
      {y.length > 1 && (
        <ul class="legend">
          {y.map((i, n) => (
            <li key={i}>
              <svg width="22" height="10" aria-hidden="true">
                <line x1="0" x2="22" y1="5" y2="5" class={`line line-${n}`} />
              </svg>
              {columns[i]?.name}
            </li>
          ))}
        </ul>
      )}
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`${y.map((i) => columns[i]?.name).join(', ')} by ${columns[x]?.name}, ${sorted.length} points`}
      >
        <Axis scale={yScale} left={LEFT} width={width} />
        {xScale.ticks(5).map((tick) => (
          <text key={Number(tick)} x={xScale(tick)} y={HEIGHT - 6} class="tick middle">
            {format(tick)}
          </text>
        ))}
        {y.map((i, n) =>
          kind === 'line' ? (
            <path
              key={i}
              class={`line line-${n}`}
              d={sorted
                .map(
                  (row, j) =>
                    `${j === 0 ? 'M' : 'L'}${xScale(at(row)).toFixed(1)} ${yScale(Number(row[i] ?? 0)).toFixed(1)}`,
                )
                .join('')}
            />
          ) : (
            sorted.map((row, j) => (
              <circle
                key={`${i} ${j}`}
                cx={xScale(at(row))}
                cy={yScale(Number(row[i] ?? 0))}
                r={3}
                class="dot"
              />
            ))
          ),
        )}
      </svg>
    </>
  );
}
