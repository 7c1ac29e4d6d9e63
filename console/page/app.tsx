import { useEffect } from 'preact/hooks';
import type { RunListed, StageView } from '../model/api.ts';
import type { StreamsView } from '../model/streams-view.ts';
import { useGet, useLive } from './api.ts';
import { ExplainPanel } from './explain/explain-panel.tsx';
import { HistoryPanel } from './history/history-panel.tsx';
import { LakePanel } from './lake/lake-panel.tsx';
import { Overview } from './overview.tsx';
import { RejectedPanel } from './rejected/rejected-panel.tsx';
import { linkTo, PANELS, type Panel, type Route, useRoute } from './route.ts';
import { RunPanel } from './run/run-panel.tsx';
import { StreamsPanel } from './streams/streams-panel.tsx';
import { Fault } from './ui.tsx';
import { useTick } from './use.ts';

const TITLES: Record<Panel, string> = {
  run: 'Run',
  history: 'History',
  streams: 'Streams',
  rejected: 'Rejected',
  lake: 'Lake',
  explain: 'Explain',
};

export function App() {
  const route = useRoute();
  const stage = useGet<StageView>('stage');
  const streams = useLive<StreamsView>('streams/live', 'streams');
  const title = TITLES[route.panel];
  useEffect(() => {
    document.title = `${title} · Tributary`;
  }, [title]);
  return (
    <>
      <button
        type="button"
        class="skip"
        onClick={() => document.getElementById('content')?.focus()}
      >
        Skip to the content
      </button>
      <header class="top">
        <div class="brand">
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <path
              d="M4 3c0 7 8 5 8 12v6M20 3c0 7-8 5-8 12"
              fill="none"
              stroke="currentColor"
              stroke-width="2.6"
              stroke-linecap="round"
            />
          </svg>
          <span>Tributary</span>
        </div>
        <nav aria-label="Panels">
          {PANELS.map((panel) => (
            <a
              key={panel}
              href={linkTo(panel)}
              aria-current={panel === route.panel ? 'page' : undefined}
            >
              {TITLES[panel]}
            </a>
          ))}
        </nav>
        <div class="where">
          {stage.value && (
            <>
              <span class="chip">
                {stage.value.isLocal
                  ? 'this machine'
                  : `${stage.value.stage} · ${stage.value.account}`}
              </span>
              {!stage.value.canWrite && <span class="chip">read-only</span>}
              <span class={`chip ${streams.isConnected ? 'good' : 'bad'}`} role="status">
                {streams.isConnected ? '● live' : '○ not connected'}
              </span>
            </>
          )}
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        <h1 class="visually-hidden">{title}</h1>
        <Fault error={stage.error} />
        {stage.value && (
          <>
            <Overview streams={streams} />
            <PanelOf route={route} stage={stage.value} streams={streams} />
          </>
        )}
      </main>
    </>
  );
}

function PanelOf({
  route,
  stage,
  streams,
}: {
  route: Route;
  stage: StageView;
  streams: ReturnType<typeof useLive<StreamsView>>;
}) {
  const isRun = route.panel === 'run';
  const tick = useTick(4_000, isRun);
  const runs = useGet<RunListed[]>(isRun ? 'runs' : undefined, tick);
  switch (route.panel) {
    case 'history':
      return <HistoryPanel route={route} />;
    case 'streams':
      return <StreamsPanel stage={stage} live={streams} />;
    case 'rejected':
      return <RejectedPanel stage={stage} route={route} />;
    case 'lake':
      return <LakePanel />;
    case 'explain':
      return <ExplainPanel route={route} />;
    default:
      return <RunPanel stage={stage} route={route} runs={runs} />;
  }
}
