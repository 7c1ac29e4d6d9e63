import { COMMON, type Prices } from './prices.ts';
import { DAYS, HOURS, type Line, ofType, plain, type Template } from './template.ts';

/** An event of `tributary simulate` as it is delivered, and its part of a gzip member. */
const DELIVERED_BYTES = 822;
const COMPRESSED_BYTES = DELIVERED_BYTES / 8;
/** Firehose bills so much for a record at least. */
const FIREHOSE_RECORD_BYTES = 5 * 1024;
/** Buckets of sessions in one shard: a router writes at most one small record for each in a call. */
const BUCKETS_OF_A_SHARD = 4;
/** At the least, by far: an envelope is one unit of 25 KB, and holds that many events. */
const EVENTS_OF_AN_ENVELOPE = 10;

/** A run a day: the crawl is nearly all of it. */
export function runLines(template: Template, albums: number, prices: Prices): Line[] {
  const lines: Line[] = [];
  const crawlers = ofType(template, 'AWS::Glue::Crawler').length;
  const crawls = DAYS * crawlers;
  lines.push({
    what: 'Glue crawler',
    arithmetic: `${plain(crawls)} crawls × 2 DPU × 10 minutes × $${COMMON.crawlerDpuHour} an hour`,
    usd: (crawls * 2 * COMMON.crawlerDpuHour) / 6,
  });
  // Pages of 50 albums, three states an album, and looks at the crawler.
  const transitions = DAYS * (30 + 2 * Math.ceil(albums / 50) + 3 * albums);
  lines.push({
    what: 'Step Functions',
    arithmetic: `${plain(transitions)} transitions × $25 / 1,000,000`,
    usd: transitions * COMMON.transition,
  });
  const calls = DAYS * (12 + Math.ceil(albums / 50) + albums);
  const gbSeconds = calls * 0.5 * 0.25;
  lines.push({
    what: 'Lambda of the batch',
    arithmetic: `${plain(calls)} calls × 0.5 s × 0.25 GB`,
    usd: calls * COMMON.lambdaCall + gbSeconds * COMMON.lambdaGbSecond,
  });
  // Metrics are billed for the hours in which they are sent.
  const metrics = 10;
  lines.push({
    what: 'Metrics of a run',
    arithmetic: `${metrics} × $${COMMON.metric.toFixed(2)} × ${plain(DAYS)} h / ${HOURS} h`,
    usd: (metrics * COMMON.metric * DAYS) / HOURS,
  });
  const [puts, gets] = [calls, calls * 3];
  lines.push({
    what: 'S3 of the batch',
    arithmetic: `${plain(puts)} PUT, ${plain(gets)} GET`,
    usd: puts * prices.s3Put + gets * prices.s3Get,
  });
  return lines;
}

/** Events that come evenly over the day. */
export function eventLines(template: Template, perDay: number, prices: Prices): Line[] {
  const streams = ofType(template, 'AWS::Kinesis::Stream');
  const mappings = ofType(template, 'AWS::Lambda::EventSourceMapping');
  if (streams.length === 0) return [];
  const lines: Line[] = [];
  const events = perDay * DAYS;
  const gb = (bytes: number) => (events * bytes) / 1e9;

  // A mapping calls at most once a window and shard, and at most once an event.
  const shards = Number(streams[0]?.ShardCount ?? 4);
  const callsOf = (all: typeof mappings, each: number) =>
    all.reduce((sum, p) => {
      const window = Math.max(1, Number(p.MaximumBatchingWindowInSeconds));
      return sum + Math.min(events, (HOURS * 3600 * shards * each) / window);
    }, 0);
  const calls = callsOf(mappings, 1);
  // The mapping of enrichment comes first. Each event is of one segment.
  const records = Math.min(events, callsOf(mappings.slice(1), BUCKETS_OF_A_SHARD));

  if (streams.some((p) => p.StreamModeDetails?.StreamMode === 'ON_DEMAND')) {
    const [gbIn, gbOut] = [gb(1024 + 2 * COMPRESSED_BYTES), gb(1024 + 4 * COMPRESSED_BYTES)];
    lines.push({
      what: 'Kinesis data on demand',
      arithmetic: `${plain(gbIn)} GB in, ${plain(gbOut)} GB out`,
      usd: gbIn * prices.streamGbIn + gbOut * prices.streamGbOut,
    });
  } else {
    const units = events * (1 + 1 / EVENTS_OF_AN_ENVELOPE) + records;
    lines.push({
      what: 'Kinesis PUT units',
      arithmetic: `${plain(events)} events, their envelopes and packed records: ${plain(units)} units`,
      usd: units * prices.putUnits,
    });
  }
  lines.push({
    what: 'Lambda of the events',
    arithmetic: `${plain(calls)} calls × 0.05 s × 0.5 GB`,
    usd: calls * COMMON.lambdaCall + calls * 0.05 * 0.5 * COMMON.lambdaGbSecond,
  });
  const logs = (calls * 700) / 1e9;
  lines.push({
    what: 'Logs of the events',
    arithmetic: `${plain(calls)} calls × 0.7 KB × $${prices.logsGb} a GB`,
    usd: logs * prices.logsGb,
  });
  const metrics = 6 + 3 * (mappings.length - 1);
  lines.push({
    what: 'Metrics of the events',
    arithmetic: `${metrics} × $${COMMON.metric.toFixed(2)}`,
    usd: metrics * COMMON.metric,
  });
  const billed = Math.max(gb(COMPRESSED_BYTES), (records * FIREHOSE_RECORD_BYTES) / 1e9);
  lines.push({
    what: 'Firehose',
    arithmetic: `${plain(billed)} GB × $${prices.firehoseGb}`,
    usd: billed * prices.firehoseGb,
  });
  const deliveries = ofType(template, 'AWS::KinesisFirehose::DeliveryStream').slice(1);
  const objects = deliveries.reduce((sum, p) => {
    const { IntervalInSeconds: seconds, SizeInMBs: mb } =
      p.ExtendedS3DestinationConfiguration.BufferingHints;
    const full = (gb(COMPRESSED_BYTES) * 1000) / Number(mb) / deliveries.length;
    return sum + full + Math.min(events, (HOURS * 3600) / Math.max(1, Number(seconds)));
  }, 0);
  lines.push({
    what: 'S3 of the events',
    arithmetic: `${plain(objects)} objects, ${plain(gb(COMPRESSED_BYTES))} GB a month`,
    usd: objects * prices.s3Put + gb(COMPRESSED_BYTES) * prices.s3GbMonth,
  });
  return lines;
}
