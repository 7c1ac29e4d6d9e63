import { COMMON, type Prices } from './prices.ts';
import { HOURS, type Line, ofType, plain, type Template, type Usage } from './template.ts';
import { eventLines, runLines } from './usage.ts';

/** What is there costs this, whether it is used or not. Free allowances are left out. */
function idleLines(template: Template, prices: Prices): Line[] {
  const lines: Line[] = [];
  const add = (what: string, arithmetic: string, usd: number) =>
    lines.push({ what, arithmetic, usd });

  const streams = ofType(template, 'AWS::Kinesis::Stream');
  const isOnDemand = (p: { StreamModeDetails?: { StreamMode?: string } }) =>
    p.StreamModeDetails?.StreamMode === 'ON_DEMAND';
  const onDemand = streams.filter(isOnDemand).length;
  const shards = streams
    .filter((p) => !isOnDemand(p))
    .reduce((n, p) => n + Number(p.ShardCount), 0);
  if (shards > 0) {
    const hour = prices.shardHour;
    add('Kinesis shards', `${shards} × ${HOURS} h × $${hour}`, shards * HOURS * hour);
  }
  if (onDemand > 0) {
    const hour = prices.streamHour;
    add(
      'Kinesis streams on demand',
      `${onDemand} × ${HOURS} h × $${hour}`,
      onDemand * HOURS * hour,
    );
  }
  const encrypted = streams.filter((p) => p.StreamEncryption).length;
  if (encrypted > 0) {
    // A new data key every five minutes.
    const requests = encrypted * 12 * HOURS;
    add(
      'Key requests of the streams',
      `${plain(requests)} × $0.03 / 10,000`,
      requests * COMMON.keyRequest,
    );
  }
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm').reduce(
    (n, p) =>
      n + (p.Metrics?.filter((each: { MetricStat?: unknown }) => each.MetricStat).length ?? 1),
    0,
  );
  add(
    'Metrics of alarms',
    `${alarms} × $${COMMON.alarmMetric.toFixed(2)}`,
    alarms * COMMON.alarmMetric,
  );
  const dashboards = ofType(template, 'AWS::CloudWatch::Dashboard').length;
  if (dashboards > 0)
    add('Dashboard', `${dashboards} × $${COMMON.dashboard}`, dashboards * COMMON.dashboard);
  const keys = ofType(template, 'AWS::KMS::Key').length;
  add('Key of the alarm topic', `${keys} × $${COMMON.key}`, keys * COMMON.key);
  return lines;
}

/** The month of a packaged template, line by line. */
export function monthOf(template: Template, usage: Usage, prices: Prices): Line[] {
  return [
    ...idleLines(template, prices),
    ...(usage.albumsPerDay > 0 ? runLines(template, usage.albumsPerDay, prices) : []),
    ...(usage.eventsPerDay > 0 ? eventLines(template, usage.eventsPerDay, prices) : []),
  ];
}

export const totalOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, { usd }) => sum + usd, 0);
