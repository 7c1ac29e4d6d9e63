import type { RejectedView, RunSummary } from '../model/api.ts';
import { duration, plural } from '../model/format.ts';
import { balancesOf, type StreamsView } from '../model/streams-view.ts';
import { toneOf, whyOf } from '../model/verdict.ts';
import { type Live, useGet } from './api.ts';
import { linkTo } from './route.ts';
import { Status } from './ui.tsx';
import { useTick } from './use.ts';

const REFRESH_MS = 15_000;

/** The three questions of anyone who opens the page: the last run, rejected events, how far behind. */
export function Overview({ streams }: { streams: Live<StreamsView> }) {
  const tick = useTick(REFRESH_MS);
  const runs = useGet<RunSummary[]>('history?days=30', tick);
  const rejected = useGet<RejectedView>('rejected?hours=24', tick);
  const last = runs.value?.at(-1);
  return (
    <div class="overview">
      <a class={`glance ${last ? toneOf(last.status) : 'idle'}`} href={linkTo('run', last?.runId)}>
        <span class="glance-label">Last run</span>
        {last ? (
          <>
            <Status status={last.status} />
            <span class="glance-text">{whyOf(last)}</span>
          </>
        ) : (
          <span class="glance-text">
            {runs.isLoading ? '…' : (runs.error ?? 'No run in the last 30 days')}
          </span>
        )}
      </a>
      <a class={`glance ${rejected.value?.total ? 'warn' : 'idle'}`} href={linkTo('rejected')}>
        <span class="glance-label">Rejected, 24 hours</span>
        {rejected.value ? (
          <RejectedText {...rejected.value} />
        ) : (
          <span class="glance-text">{rejected.error ?? '…'}</span>
        )}
      </a>
      <a class="glance idle" href={linkTo('streams')}>
        <span class="glance-label">Streams, 60 minutes</span>
        {streams.value ? (
          <LagText {...streams.value} />
        ) : (
          <span class="glance-text">{streams.error ?? '…'}</span>
        )}
      </a>
    </div>
  );
}

function RejectedText({ total, reasons }: RejectedView) {
  const [most, ...others] = reasons;
  return (
    <>
      <Status status={plural(total, 'event')} tone={total > 0 ? 'warn' : 'good'} />
      {most && (
        <span class="glance-text">
          {most.reason} {most.total}
          {others.length > 0 && `, ${plural(others.length, 'other reason')}`}
        </span>
      )}
    </>
  );
}

function LagText({ consumers, flow }: StreamsView) {
  const wrong = balancesOf(flow).filter(({ isWrong }) => isWrong);
  const lags = consumers
    .filter(({ name }) => name !== 'enrich')
    .map(({ name, lagMs }) =>
      lagMs === null ? `${name}: no reads` : `${name} ${duration(lagMs / 1_000)} behind`,
    );
  return (
    <>
      <Status
        status={wrong.length > 0 ? 'does not add up' : 'adds up'}
        tone={wrong.length > 0 ? 'bad' : 'good'}
      />
      <span class="glance-text">{[...lags, ...wrong.map(({ text }) => text)].join(' · ')}</span>
    </>
  );
}
