// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
// Every alarm, to the one topic of alarms.yml. What each means and what to do stands in
// docs/operations.md under its kind, the last part of its name.
//
// Silence is a good sign where a metric comes with work done or gone wrong: missing data is no breach.
// Silence is what is to be told where a run is overdue: there missing data is the breach.
const inventory = require('./inventory.cjs');
const { pascal } = require('./template-tools.cjs');

const FIVE_MINUTES = 300;
const QUARTER_HOUR = 900;
const HOUR = 3600;

const ref = (id) => ({ Ref: id });
const metric = (Namespace, MetricName, dimensions = {}) => ({
  Namespace,
  MetricName,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
});
/** Of functions/runtime/metrics.ts. */
const own = (name) => metric('Tributary', name, { service: 'tributary', stage: '${sls:stage}' });

/** Rings when a period's sum is 1 or more, unless the properties say otherwise. */
function alarm(subject, kind, AlarmDescription, properties) {
  const id = `${subject[0].toUpperCase()}${subject.slice(1)}${pascal(kind)}Alarm`;
  const Properties = {
    AlarmName: `tributary-\${sls:stage}-${subject}-${kind}`,
    AlarmDescription: `${AlarmDescription}. See docs/operations.md: ${kind}`,
    AlarmActions: [ref('AlarmTopic')],
    ...(!properties.Metrics && { Statistic: 'Sum', Period: FIVE_MINUTES }),
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    TreatMissingData: 'notBreaching',
    ...properties,
  };
  return { [id]: { Type: 'AWS::CloudWatch::Alarm', Properties } };
}

function ofRuns({ scheduleEnabled }) {
  const executions = (name) =>
    metric('AWS/States', name, { StateMachineArn: ref('IngestNewReleases') });
  const overdue = {
    ...own('RunsSucceeded'),
    Period: HOUR,
    EvaluationPeriods: '${param:overdueHours}',
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
  };
  return [
    alarm('ingest', 'failed', 'A run failed', executions('ExecutionsFailed')),
    alarm('ingest', 'timed-out', 'A run took longer than it may', executions('ExecutionsTimedOut')),
    alarm('ingest', 'aborted', 'Somebody stopped a run', executions('ExecutionsAborted')),
    alarm('ingest', 'partial', 'A run lost albums that no limit explains', {
      ...own('RunsPartial'),
      Period: HOUR,
    }),
    // A stage that no clock starts owes nobody a run.
    scheduleEnabled &&
      alarm('ingest', 'overdue', 'No run has succeeded for ${param:overdueHours} hours', overdue),
    alarm(
      'ingest',
      'failed-starts',
      'A run could not be started, by the schedule or by a manifest',
      {
        ...metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', {
          QueueName: { 'Fn::GetAtt': ['FailedStartsQueue', 'QueueName'] },
        }),
        Statistic: 'Maximum',
      },
    ),
  ];
}

function ofFunction({ key, id }, readsStream) {
  const lambda = (name) => metric('AWS/Lambda', name, { FunctionName: ref(id) });
  const errors = readsStream
    ? alarm(key, 'errors', 'A batch made it fail as a whole and comes again', lambda('Errors'))
    : // Renewed tokens and repeated calls are errors too: only many of them are a sign.
      alarm(key, 'errors', 'It fails again and again, though runs may still get by', {
        ...lambda('Errors'),
        Period: HOUR,
        Threshold: 5,
      });
  return [errors, alarm(key, 'throttles', 'Lambda did not let it run', lambda('Throttles'))];
}

function ofMapping({ id, functionId }, functionKey, { iteratorAgeAlarmMinutes }) {
  const mapping = (name) => metric('AWS/Lambda', name, { EventSourceMappingUUID: ref(id) });
  return [
    alarm(functionKey, 'iterator-age', 'It lies behind its stream', {
      ...metric('AWS/Lambda', 'IteratorAge', { FunctionName: ref(functionId) }),
      Statistic: 'Maximum',
      Threshold: iteratorAgeAlarmMinutes * 60_000,
      EvaluationPeriods: 2,
    }),
    alarm(
      functionKey,
      'given-up',
      'Events were given up after all retries and lie in the bucket of failed batches',
      mapping('OnFailureDestinationDeliveredEventCount'),
    ),
    alarm(
      functionKey,
      'dropped',
      'Events were given up and could not be kept either',
      mapping('DroppedEventCount'),
    ),
  ];
}

function ofStream(id) {
  const stream = (name) => metric('AWS/Kinesis', name, { StreamName: ref(id) });
  // Single writes that a shard refuses are repeated: only what lasts is a sign.
  const lasting = { EvaluationPeriods: 3 };
  return [
    alarm(id, 'writes-throttled', 'Its shards take in no more', {
      ...stream('WriteProvisionedThroughputExceeded'),
      ...lasting,
    }),
    alarm(id, 'reads-throttled', 'Its shards give out no more', {
      ...stream('ReadProvisionedThroughputExceeded'),
      ...lasting,
    }),
  ];
}

function ofDelivery(id, { deliveryAgeAlarmSeconds }) {
  const delivery = (name) =>
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

/** Out of few events one more or less makes no rate. */
const REJECTED_FROM_EVENTS = 20;

function ofRejected() {
  const query = (Id, name) => ({
    Id,
    ReturnData: false,
    MetricStat: { Metric: own(name), Period: QUARTER_HOUR, Stat: 'Sum' },
  });
  const Expression = `IF(received >= ${REJECTED_FROM_EVENTS}, 100 * rejected / received, 0)`;
  return alarm(
    'sessions',
    'rejected',
    'More than ${param:rejectedAlarmPercent} % of the events are refused',
    {
      Metrics: [
        { Id: 'percent', Label: 'Set aside, %', Expression, ReturnData: true },
        query('received', 'EventsReceived'),
        query('rejected', 'EventsRejected'),
      ],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: '${param:rejectedAlarmPercent}',
    },
  );
}

/** Whoever is mailed has to confirm once, with the link of the first mail. */
const subscription = (email) => ({
  AlarmEmail: {
    Type: 'AWS::SNS::Subscription',
    Properties: { Protocol: 'email', Endpoint: email, TopicArn: ref('AlarmTopic') },
  },
});

module.exports = async (resolvers) => {
  const param = (name) => resolvers.resolveVariable(`param:${name}`);
  const settings = {
    scheduleEnabled: String(await param('scheduleEnabled')) === 'true',
    iteratorAgeAlarmMinutes: Number(await param('iteratorAgeAlarmMinutes')),
    deliveryAgeAlarmSeconds: Number(await param('deliveryAgeAlarmSeconds')),
  };
  const email = await param('alarmEmail');
  const { functions, mappings, streams, deliveries } = await inventory(resolvers);
  const keyOf = new Map(functions.map(({ key, id }) => [id, key]));
  const streamReaders = new Set(mappings.map(({ functionId }) => functionId));

  const alarms = [
    ...ofRuns(settings),
    ...functions.flatMap((each) => ofFunction(each, streamReaders.has(each.id))),
    ...mappings.flatMap((each) => ofMapping(each, keyOf.get(each.functionId), settings)),
    ...streams.flatMap(ofStream),
    ...deliveries.flatMap((id) => ofDelivery(id, settings)),
    ofRejected(),
  ];
  return { Resources: Object.assign({}, ...alarms, email && subscription(email)) };
};
