// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
import { alarm, MINUTE, metric, own, queried, ref } from './alarm.ts';
import type { Inventory } from './inventory.ts';
import type { Resources } from './yaml.ts';

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

export function alarmsOfStream(id: string): Resources[] {
  const stream = (name: string) => metric('AWS/Kinesis', name, { StreamName: ref(id) });
  // Single throttled calls are retried: only what lasts is a sign.
  const lasting = { EvaluationPeriods: 3 };
  return [
    alarm(id, 'writes-throttled', 'Its shards throttle writes', {
      ...stream('WriteProvisionedThroughputExceeded'),
      ...lasting,
    }),
    alarm(id, 'reads-throttled', 'Its shards throttle reads', {
      ...stream('ReadProvisionedThroughputExceeded'),
      ...lasting,
    }),
  ];
}

export function alarmsOfDelivery(
  id: string,
  { deliveryAgeAlarmSeconds }: EventAlarmSettings,
): Resources[] {
  const delivery = (name: string) =>
    metric('AWS/Firehose', `DeliveryToS3.${name}`, { DeliveryStreamName: ref(id) });
  return [
    alarm(id, 'delivery-late', 'Events wait in Firehose for their bucket', {
      ...delivery('DataFreshness'),
      Statistic: 'Maximum',
      Threshold: deliveryAgeAlarmSeconds,
      EvaluationPeriods: 2,
    }),
    // The share of writes to S3 that succeeded.
    alarm(id, 'delivery-failed', 'Firehose could not write to its bucket', {
      ...delivery('Success'),
      Statistic: 'Average',
      ComparisonOperator: 'LessThanThreshold',
    }),
  ];
}

/** A share of fewer events than these is no rate. */
const REJECTED_FROM_EVENTS = 20;

export function alarmOfRejected(): Resources {
  const Expression = `IF(received >= ${REJECTED_FROM_EVENTS}, 100 * rejected / received, 0)`;
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
