// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
import { alarm, HOUR, MINUTE, metric, own, queried, ref } from './alarm.ts';
import type { Inventory } from './inventory.ts';
import type { Resources } from './yaml.ts';

/** A share of fewer events than these is no rate. */
const RATE_FROM_EVENTS = 20;

export interface EventAlarmSettings {
  iteratorAgeAlarmMinutes: number;
  deliveryAgeAlarmSeconds: number;
}

export function alarmsOfMapping(
  { id, functionId }: Inventory['mappings'][number],
  functionKey: string,
  { iteratorAgeAlarmMinutes }: EventAlarmSettings,
): Resources[] {
  const mapping = (name: string) => metric('AWS/Lambda', name, { EventSourceMappingUUID: ref(id) });
  return [
    alarm(functionKey, 'iterator-age', 'It is behind its stream', {
      ...metric('AWS/Lambda', 'IteratorAge', { FunctionName: ref(functionId) }),
      Statistic: 'Maximum',
      Threshold: iteratorAgeAlarmMinutes * MINUTE * 1000,
      EvaluationPeriods: 2,
    }),
    alarm(
      functionKey,
      'discarded',
      'Events were discarded and are stored in the bucket of failed batches',
      mapping('OnFailureDestinationDeliveredEventCount'),
    ),
    alarm(
      functionKey,
      'dropped',
      'Events were discarded and could not be stored either',
      mapping('DroppedEventCount'),
    ),
  ];
}

/**
 * Others write to the source stream. Throttled writes to a stream further down make `unplaced` of its
 * writer fire, throttled reads `iterator-age` or `delivery-behind` of the reader.
 */
export const alarmOfSource = (id: string): Resources =>
  alarm('sessions', 'writes-throttled', 'Its shards throttle writes', {
    ...metric('AWS/Kinesis', 'WriteProvisionedThroughputExceeded', { StreamName: ref(id) }),
    // Single throttled calls are retried: only what lasts is a sign.
    EvaluationPeriods: 3,
  });

type Delivery = Inventory['deliveries'][number];

export function alarmsOfDelivery(
  delivery: Delivery,
  { deliveryAgeAlarmSeconds }: EventAlarmSettings,
): Resources[] {
  const { id, stream } = delivery;
  const firehose = (name: string) => metric('AWS/Firehose', name, { DeliveryStreamName: ref(id) });
  return [
    alarm(id, 'delivery-late', 'Events wait in Firehose for their bucket', {
      ...firehose('DeliveryToS3.DataFreshness'),
      Statistic: 'Maximum',
      Threshold: deliveryAgeAlarmSeconds,
      EvaluationPeriods: 2,
    }),
    // The share of writes to S3 that succeeded.
    alarm(id, 'delivery-failed', 'Firehose could not write to its bucket', {
      ...firehose('DeliveryToS3.Success'),
      Statistic: 'Average',
      ComparisonOperator: 'LessThanThreshold',
    }),
    // Freshness is not emitted while a Firehose cannot read at all; this is.
    stream === undefined
      ? {}
      : alarm(id, 'delivery-behind', 'Firehose does not keep up with its stream', {
          ...firehose('KinesisMillisBehindLatest'),
          Statistic: 'Maximum',
          Threshold: deliveryAgeAlarmSeconds * 1000,
          EvaluationPeriods: 2,
        }),
    alarmOfUndelivered(delivery),
  ];
}

/** Records come in and none is delivered: it can neither read nor say so. */
function alarmOfUndelivered({ id, stream }: Delivery): Resources {
  const incoming =
    stream === undefined
      ? metric('AWS/Firehose', 'IncomingRecords', { DeliveryStreamName: ref(id) })
      : metric('AWS/Kinesis', 'IncomingRecords', { StreamName: ref(stream) });
  const delivered = metric('AWS/Firehose', 'DeliveryToS3.Records', { DeliveryStreamName: ref(id) });
  return alarm(id, 'undelivered', 'Records come in, and none is delivered', {
    Metrics: [
      {
        Id: 'undelivered',
        Label: 'Records, while none is delivered',
        Expression: 'IF(FILL(delivered, 0) == 0, FILL(incoming, 0), 0)',
        ReturnData: true,
      },
      // Longer than any buffer.
      queried('incoming', incoming, 20 * MINUTE),
      queried('delivered', delivered, 20 * MINUTE),
    ],
    EvaluationPeriods: 2,
  });
}

/** Whether a destination takes what a function writes: `stream` is that of a router. */
export const alarmOfUnplaced = (functionKey: string, stream?: string): Resources =>
  alarm(functionKey, 'unplaced', 'It could not place events in each of three periods', {
    ...own('EventsUnplaced', stream === undefined ? {} : { stream }),
    EvaluationPeriods: 3,
  });

const UNROUTED_PERCENT = 1;

/**
 * Any event of a segment without a router, which the router of the rest took; and enriched minus routed,
 * for what no filter can read. That difference is no exact one: single events are on their way when an
 * hour ends. What all routers wrote is a metric of its own, because metric math takes ten metrics at most.
 */
export function alarmOfUnrouted(): Resources {
  const missing = `IF(enriched >= ${RATE_FROM_EVENTS}, 100 * (enriched - FILL(routed, 0)) / enriched, 0)`;
  const Expression = `IF(FILL(unrouted, 0) > 0, 100, ${missing})`;
  return alarm('sessions', 'unrouted', 'Enriched events have no router', {
    Metrics: [
      { Id: 'percent', Label: 'Not routed, %', Expression, ReturnData: true },
      queried('enriched', own('EventsEnriched'), HOUR),
      queried('routed', own('EventsRouted'), HOUR),
      queried('unrouted', own('EventsUnrouted'), HOUR),
    ],
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: UNROUTED_PERCENT,
  });
}

export const alarmOfUnreadable = (functionKey: string, stream: string): Resources =>
  alarm(functionKey, 'unreadable', 'It cannot read what enrichment wrote', {
    ...own('EnvelopesUnreadable', { stream }),
  });

export function alarmOfRejected(): Resources {
  const Expression = `IF(received >= ${RATE_FROM_EVENTS}, 100 * rejected / received, 0)`;
  return alarm(
    'sessions',
    'rejected',
    'More than ${param:rejectedAlarmPercent} % of the events are rejected',
    {
      Metrics: [
        { Id: 'percent', Label: 'Rejected, %', Expression, ReturnData: true },
        queried('received', own('EventsReceived'), 15 * MINUTE),
        queried('rejected', own('EventsRejected'), 15 * MINUTE),
      ],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: '${param:rejectedAlarmPercent}',
    },
  );
}
