// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
import { flag, integer, name, number, oneOf, optional, text } from './rules.ts';
import type { Settings } from './setting.ts';

const days = integer(1, 3650);

export const operations = {
  rawRetentionDays: {
    default: 30,
    rule: days,
    meaning: 'Days for raw data; Spotify’s terms allow no indefinite storage',
  },
  curatedRetentionDays: {
    default: 180,
    rule: days,
    meaning: 'Days for the tables of the batch; the same terms',
  },
  sessionsRetentionDays: { default: 365, rule: days, meaning: 'Days for delivered events' },
  rejectedRetentionDays: { default: 90, rule: days, meaning: 'Days for rejected events' },
  failedBatchesRetentionDays: { default: 30, rule: days, meaning: 'Days for discarded batches' },
  logRetentionDays: {
    default: 30,
    stages: { prod: 90 },
    // Those of CloudWatch Logs.
    rule: oneOf(
      ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
      ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
    ),
    meaning: 'Days for logs',
  },
  logLevel: {
    default: 'INFO',
    rule: oneOf('DEBUG', 'INFO', 'WARN', 'ERROR'),
    meaning: 'Level of the functions’ logs',
  },
  removalPolicy: {
    default: 'Delete',
    stages: { prod: 'Retain' },
    rule: oneOf('Delete', 'Retain'),
    meaning: 'What happens to data when the stack is removed',
  },
  alarmEmail: {
    default: '',
    rule: optional(text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an address like you@example.org')),
    shown: 'none',
    meaning: 'Who is notified by mail; has to confirm once',
  },
  alarms: {
    default: 'few',
    stages: { prod: 'all' },
    rule: oneOf('few', 'all'),
    meaning: '`few`: where a run or an event is lost; `all`: also where one may be soon',
  },
  dashboard: {
    default: false,
    stages: { prod: true },
    rule: flag,
    meaning: 'Whether CloudWatch has a dashboard',
  },
  monthlyBudgetUsd: {
    default: 0,
    // What `tributary cost --stage prod --albums-per-day 100` computes, rounded up.
    stages: { prod: 102 },
    rule: number(0, 1_000_000),
    meaning:
      'USD a month of the whole account, notifies at 80 % and 100 %; 0 for none. `prod` has its own month, because one stage of an account should have it',
  },
  overdueHours: {
    default: 26,
    // An alarm looks back a week at the most.
    rule: integer(1, 168),
    meaning: 'Hours without a successful run until the alarm fires',
  },
  rejectedAlarmPercent: {
    default: 5,
    rule: number(0, 100),
    meaning: 'Rejected events, % of all, until the alarm fires',
  },
  iteratorAgeAlarmMinutes: {
    default: 15,
    rule: integer(1, 1440),
    meaning: 'Minutes that a function may be behind its stream',
  },
  deliveryAgeAlarmSeconds: {
    default: 900,
    rule: integer(60, 86_400),
    meaning: 'Seconds that events may wait in Firehose',
  },
  athenaScanLimitBytes: {
    default: 1_073_741_824,
    rule: integer(10_000_000, 1_000_000_000_000_000),
    meaning: 'Bytes that one query may scan',
  },
  tracing: {
    default: false,
    rule: flag,
    meaning: 'X-Ray traces of functions and state machine',
  },
} satisfies Settings;

const bucketName = text(
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  'a bucket name: 3 to 63 small letters, digits, - and .',
);

export const names = {
  region: {
    default: 'us-east-1',
    rule: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region like eu-central-1'),
    meaning: 'Also by `--region`',
  },
  lakeBucketName: {
    default: 'tributary-${sls:stage}-lake-${AWS::AccountId}',
    stages: { local: 'tributary-local-lake' },
    rule: bucketName,
    meaning: 'Name of the lake',
  },
  bucketSuffix: {
    default: '-${AWS::AccountId}',
    stages: { local: '' },
    rule: optional(text(/^-[a-z0-9-]*[a-z0-9]$/, '- and small letters and digits')),
    meaning: 'Suffix of the other buckets: bucket names are unique over all of AWS',
  },
  databaseName: {
    default: 'tributary_${sls:stage}',
    rule: text(/^[a-z0-9][a-z0-9_-]{0,254}$/, 'small letters, digits, _ and -'),
    meaning: 'Database of Glue',
  },
  workgroupName: { default: 'tributary-${sls:stage}', rule: name(128), meaning: 'Of Athena' },
  crawlerName: {
    default: 'tributary-${sls:stage}-curated',
    rule: name(200),
    meaning: 'Of Glue; a hash of what it crawls follows',
  },
  sessionsStream: {
    default: 'tributary-${sls:stage}-sessions',
    // The delivery streams append the name of a segment to it, and have 64 letters at the most.
    rule: name(43),
    meaning: 'The source stream; the other streams append `-enriched`, `-usa` …',
  },
} satisfies Settings;
