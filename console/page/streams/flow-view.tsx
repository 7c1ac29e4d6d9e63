import { count, duration } from '../../model/format.ts';
import { balancesOf, type StreamsView } from '../../model/streams-view.ts';
import { linkTo } from '../route.ts';
import { Status } from '../ui.tsx';

/** Source → enriched and rejected → segments, in figures that must add up. */
export function FlowView({ view: { flow, consumers } }: { view: StreamsView }) {
  const [enrich, route] = balancesOf(flow);
  const lagOf = (name: string) => {
    const lag = consumers.find((each) => each.name === name)?.lagMs;
    return lag === null || lag === undefined ? 'no reads yet' : `${duration(lag / 1_000)} behind`;
  };
  return (
    <div class="flow">
      <div class="flow-box">
        <span class="flow-name">source</span>
        <strong>{count(flow.received)}</strong>
        <span>events received</span>
      </div>
      <div class="flow-arrow">
        <span class="flow-line" aria-hidden="true" />
        <span>enrichment, {lagOf('enrich')}</span>
        {enrich && <BalanceSign {...enrich} />}
      </div>
      <div class="flow-column">
        <div class="flow-box">
          <span class="flow-name">enriched</span>
          <strong>{count(flow.enriched)}</strong>
        </div>
        <a class="flow-box rejected" href={linkTo('rejected')}>
          <span class="flow-name">rejected</span>
          <strong>{count(flow.rejected)}</strong>
          <span>see why</span>
        </a>
      </div>
      <div class="flow-arrow">
        <span class="flow-line" aria-hidden="true" />
        <span>routing</span>
        {route && <BalanceSign {...route} />}
      </div>
      <div class="flow-column">
        {flow.segments.map(({ name, count: n }) => (
          <div key={name} class="flow-box">
            <span class="flow-name">{name}</span>
            <strong>{count(n)}</strong>
            <span>{lagOf(name)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

const BalanceSign = ({ off, text, isWrong }: { off: number; text: string; isWrong: boolean }) => (
  <Status status={text} tone={isWrong ? 'bad' : off === 0 ? 'good' : 'busy'} />
);
