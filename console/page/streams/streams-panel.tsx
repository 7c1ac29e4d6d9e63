import type { StageView } from '../../model/api.ts';
import { count, duration } from '../../model/format.ts';
import type { StreamsView } from '../../model/streams-view.ts';
import type { Live } from '../api.ts';
import { Lines } from '../charts/lines.tsx';
import { Card, Fault, Note } from '../ui.tsx';
import { FlowView } from './flow-view.tsx';
import { Tail } from './tail.tsx';

const milliseconds = (ms: number): string => duration(ms / 1_000);
const NAMES: Record<string, string> = { enrich: 'enrichment' };

export function StreamsPanel({ stage, live }: { stage: StageView; live: Live<StreamsView> }) {
  const { value, error } = live;
  const step = (value?.stepSeconds ?? 60) * 1_000;
  const from = value?.from ?? 0;
  return (
    <>
      <Fault error={error} />
      <Card title="Events of the last 60 minutes">
        {value ? <FlowView view={value} /> : <Note>Reading the metrics …</Note>}
      </Card>
      {value && (
        <div class="columns fit">
          <Card title="How far behind">
            <Lines
              label="Consumer lag"
              series={value.consumers.map(({ name, lag }) => ({
                name: NAMES[name] ?? name,
                values: lag,
              }))}
              from={from}
              step={step}
              format={milliseconds}
              tick={(ms) => `${ms / 1_000} s`}
            />
          </Card>
          <Card title="Events a minute">
            <Lines
              label="Throughput"
              series={value.throughput}
              from={from}
              step={step}
              format={count}
            />
          </Card>
          {value.retries.length > 0 && (
            <Card title="Errors and throttled writes a minute: each is retried">
              <Lines
                label="Retries"
                series={value.retries}
                from={from}
                step={step}
                format={count}
              />
            </Card>
          )}
        </div>
      )}
      <Tail streams={stage.streams} />
    </>
  );
}
