/** List prices in US dollars. */
export interface Prices {
  shardHour: number;
  putUnits: number;
  streamHour: number;
  streamGbIn: number;
  streamGbOut: number;
  firehoseGb: number;
  logsGb: number;
  s3GbMonth: number;
  s3Put: number;
  s3Get: number;
}

/** They change: AWS's pages have the latest. */
export const PRICES_DATE = 'November 2026';

/**
 * By region. Those of us-east-1 were read on AWS's pages. Those of the European regions are cited elsewhere:
 * of Kinesis from AWS's page (both regions in May 2017, eu-central-1 again in 2026), of logs, S3 and Firehose
 * from AWS's price list, by way of Infracost (eu-west-1: the list of July 2026). Except NOT_VERIFIED.
 */
export const PRICES: Readonly<Record<string, Prices>> = {
  'us-east-1': {
    shardHour: 0.015,
    putUnits: 0.014 / 1e6,
    streamHour: 0.04,
    streamGbIn: 0.08,
    streamGbOut: 0.04,
    firehoseGb: 0.029,
    logsGb: 0.5,
    s3GbMonth: 0.023,
    s3Put: 0.005 / 1e3,
    s3Get: 0.0004 / 1e3,
  },
  'eu-west-1': {
    shardHour: 0.017,
    putUnits: 0.0165 / 1e6,
    streamHour: 0.045,
    streamGbIn: 0.09,
    streamGbOut: 0.045,
    firehoseGb: 0.031,
    logsGb: 0.57,
    s3GbMonth: 0.023,
    s3Put: 0.005 / 1e3,
    s3Get: 0.0004 / 1e3,
  },
  'eu-central-1': {
    shardHour: 0.018,
    putUnits: 0.0175 / 1e6,
    streamHour: 0.048,
    streamGbIn: 0.096,
    streamGbOut: 0.048,
    firehoseGb: 0.033,
    logsGb: 0.63,
    s3GbMonth: 0.0245,
    s3Put: 0.0054 / 1e3,
    s3Get: 0.00043 / 1e3,
  },
};

const ON_DEMAND = ['Kinesis streams on demand', 'Kinesis data on demand'];

/** Lines of a month whose price is from general knowledge, by region: nobody was found who cites it. */
export const NOT_VERIFIED: Readonly<Record<string, readonly string[]>> = {
  'eu-west-1': ON_DEMAND,
  'eu-central-1': [...ON_DEMAND, 'Firehose'],
};

/** The same in all of these regions; read for us-east-1, of the others only Lambda's and the alarms' are cited. */
export const COMMON = {
  alarmMetric: 0.1,
  dashboard: 3,
  metric: 0.3,
  key: 1,
  keyRequest: 0.03 / 1e4,
  transition: 25 / 1e6,
  lambdaCall: 0.2 / 1e6,
  /** On arm64. */
  lambdaGbSecond: 0.0000133334,
  crawlerDpuHour: 0.44,
};
