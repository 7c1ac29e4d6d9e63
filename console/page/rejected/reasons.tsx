import type { RejectedView } from '../../model/api.ts';
import { clock, count, dateTime } from '../../model/format.ts';
import { StackedBars } from '../charts/stacked-bars.tsx';

/** Reasons over time as bars, and as a list that filters the events. */
export function Reasons({
  view: { reasons, from, stepSeconds },
  selected,
  onSelect,
}: {
  view: RejectedView;
  selected: string | undefined;
  onSelect: (reason: string) => void;
}) {
  const steps = reasons[0]?.values.length ?? 0;
  const isLong = stepSeconds > 3_600;
  const parts = reasons
    .slice(0, 6)
    .map(({ reason }, i) => ({ name: reason, className: `part-${i}` }));
  const others = reasons.slice(6);
  return (
    <>
      <StackedBars
        label="Rejected events over time"
        height={170}
        parts={
          others.length > 0 ? [...parts, { name: 'others', className: 'part-unlisted' }] : parts
        }
        bars={Array.from({ length: steps }, (_, i) => {
          const at = from + i * stepSeconds * 1_000;
          const label = isLong ? dateTime(at).replace(/, .*/, '') : clock(at).slice(0, 5);
          const values = reasons.slice(0, 6).map((each) => each.values[i] ?? 0);
          const rest = others.reduce((sum, each) => sum + (each.values[i] ?? 0), 0);
          const named = reasons
            .filter((each) => each.values[i])
            .map((each) => `${each.reason} ${each.values[i]}`);
          return {
            key: String(i),
            label,
            title: `${dateTime(at)}: ${named.join(', ') || 'none'}`,
            values: [...values, rest],
          };
        })}
      />
      <ul class="reasons">
        {reasons.map(({ reason, total, message }) => (
          <li key={reason}>
            <button
              type="button"
              aria-pressed={selected === reason}
              onClick={() => onSelect(reason)}
            >
              <strong>{count(total)}</strong> {reason}
            </button>
            <span>{message}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
