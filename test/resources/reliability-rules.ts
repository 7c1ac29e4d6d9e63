import {
  definitionOf,
  ofType,
  type Properties,
  referred,
  resolved,
  statesOf,
  type Template,
} from './fixtures.ts';

/** A function ends before its state, and a state before its machine. */
export function timeoutProblems(template: Template): string[] {
  const problems: string[] = [];
  const timeouts = new Map<string, number>();
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Lambda::Function')) {
    if (!(Number(p.Timeout) > 0)) problems.push(`${id} has no timeout`);
    timeouts.set(p.FunctionName, Number(p.Timeout));
  }
  for (const [id, machine] of ofType(template, 'AWS::StepFunctions::StateMachine')) {
    const { TimeoutSeconds: whole, States } = definitionOf(machine, template);
    if (!(whole > 0)) problems.push(`${id} has no timeout`);
    for (const [name, { Type, Resource, TimeoutSeconds }] of statesOf(States)) {
      if (Type !== 'Task') continue;
      if (!(TimeoutSeconds < whole)) problems.push(`${name} may take longer than ${id}`);
      const ofFunction = timeouts.get(Resource.split(':').at(-1)) ?? 0;
      if (!(ofFunction < TimeoutSeconds)) problems.push(`${name} ends before its function`);
    }
  }
  return problems;
}

const mayDo = (role: Properties, action: string, arn: string, template: Template) =>
  resolved(role?.Properties.Policies ?? [], template).some(({ PolicyDocument }: Properties) =>
    PolicyDocument.Statement.some(
      (each: Properties) =>
        [each.Action].flat().includes(action) &&
        [each.Resource].flat().some((resource: string) => resource.startsWith(arn)),
    ),
  );

/** What starts the machine tries again, and leaves word where it cannot. */
export function startProblems(template: Template): string[] {
  const problems: string[] = [];
  const check = (id: string, target: Properties) => {
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = target.RetryPolicy ?? {};
    if (!(MaximumRetryAttempts > 0 && MaximumEventAgeInSeconds > 0)) {
      problems.push(`${id} does not try again`);
    }
    const queue = referred(target.DeadLetterConfig?.Arn) ?? '';
    if (template.Resources[queue]?.Type !== 'AWS::SQS::Queue') {
      problems.push(`${id} has no dead-letter queue`);
    }
    const role = template.Resources[referred(target.RoleArn) ?? ''];
    const machine = resolved(target.Arn, template);
    if (!mayDo(role, 'states:StartExecution', machine, template)) {
      problems.push(`${id} may not start its machine`);
    }
  };
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Scheduler::Schedule')) {
    check(id, p.Target);
    if (!p.ScheduleExpressionTimezone) problems.push(`${id} has no time zone`);
    const queue = resolved(p.Target.DeadLetterConfig?.Arn ?? '', template);
    const role = template.Resources[referred(p.Target.RoleArn) ?? ''];
    // A schedule sends with its role.
    if (!mayDo(role, 'sqs:SendMessage', queue, template)) {
      problems.push(`${id} may not send to its dead-letter queue`);
    }
  }
  const queuePolicies = ofType(template, 'AWS::SQS::QueuePolicy').flatMap(
    ([, { Properties: p }]) => p.PolicyDocument.Statement,
  );
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Events::Rule')) {
    for (const target of p.Targets) {
      check(id, target);
      // A rule sends as EventBridge, which the queue has to allow.
      const allowed = queuePolicies.some(
        (each: Properties) =>
          each.Principal?.Service === 'events.amazonaws.com' &&
          referred(each.Resource) === referred(target.DeadLetterConfig?.Arn) &&
          referred(each.Condition?.ArnEquals?.['aws:SourceArn']) === id,
      );
      if (!allowed) problems.push(`${id} may not send to its dead-letter queue`);
    }
  }
  return problems;
}

/** A mapping discards by age, bisects a bad batch, and stores what it discards. */
export function mappingProblems(template: Template): string[] {
  return ofType(template, 'AWS::Lambda::EventSourceMapping').flatMap(([id, { Properties: p }]) => {
    const problems: string[] = [];
    if (p.MaximumRetryAttempts !== -1) problems.push(`${id} discards by a count of retries`);
    if (!(p.MaximumRecordAgeInSeconds > 0)) problems.push(`${id} never discards`);
    if (p.BisectBatchOnFunctionError !== true) problems.push(`${id} does not bisect`);
    if (!p.FunctionResponseTypes?.includes('ReportBatchItemFailures')) {
      problems.push(`${id} repeats whole batches`);
    }
    const bucket = resolved(p.DestinationConfig?.OnFailure.Destination ?? '', template);
    const fn = template.Resources[referred(p.FunctionName) ?? ''];
    const role = template.Resources[referred(fn?.Properties.Role) ?? ''];
    if (!bucket) problems.push(`${id} drops what it discards`);
    else if (!mayDo(role, 's3:PutObject', `${bucket}/aws/lambda/`, template)) {
      problems.push(`${id} may not store what it discards`);
    }
    return problems;
  });
}

const HOUR = 3600;
const DAY = 86_400;

/** Every alarm notifies the topic, says what it means and is valid for CloudWatch. */
export function alarmProblems(template: Template): string[] {
  return ofType(template, 'AWS::CloudWatch::Alarm').flatMap(([id, { Properties: p }]) => {
    const problems: string[] = [];
    const told = (p.AlarmActions ?? []).map(referred);
    if (told.length !== 1 || template.Resources[told[0]]?.Type !== 'AWS::SNS::Topic') {
      problems.push(`${id} tells nobody`);
    }
    if (!/^.{10,}\. See docs\/operations\.md: [a-z-]+$/.test(p.AlarmDescription ?? '')) {
      problems.push(`${id} does not say what it means`);
    }
    if (!p.TreatMissingData) problems.push(`${id} leaves open what silence means`);
    const periods = p.Metrics
      ? p.Metrics.flatMap((each: Properties) => each.MetricStat?.Period ?? [])
      : [p.Period];
    for (const period of periods) {
      const limit = period >= HOUR ? 7 * DAY : DAY;
      if (!(period * p.EvaluationPeriods <= limit)) problems.push(`${id} looks too far back`);
    }
    // Its key lets in alarms by their name.
    const key = ofType(template, 'AWS::KMS::Key').map(([, each]) => each);
    const patterns = resolved(key, template).flatMap(({ Properties: k }: Properties) =>
      k.KeyPolicy.Statement.flatMap(
        (each: Properties) => each.Condition?.ArnLike?.['aws:SourceArn'] ?? [],
      ),
    );
    const named = patterns.some(
      (pattern: string) =>
        pattern.includes(':alarm:') &&
        pattern.endsWith('*') &&
        p.AlarmName.startsWith(pattern.split(':alarm:')[1]?.slice(0, -1)),
    );
    if (!named) problems.push(`${id}: the topic's key does not know its name`);
    return problems;
  });
}

/** For each resource of these types an alarm on each of these metrics, by this dimension. */
const WATCHED: Record<string, { dimension: string; metrics: string[] }> = {
  'AWS::Lambda::Function': { dimension: 'FunctionName', metrics: ['Errors'] },
  'AWS::Lambda::EventSourceMapping': {
    dimension: 'EventSourceMappingUUID',
    metrics: ['OnFailureDestinationDeliveredEventCount', 'DroppedEventCount'],
  },
  'AWS::KinesisFirehose::DeliveryStream': {
    dimension: 'DeliveryStreamName',
    metrics: ['DeliveryToS3.DataFreshness', 'DeliveryToS3.Success'],
  },
  'AWS::StepFunctions::StateMachine': {
    dimension: 'StateMachineArn',
    metrics: ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'],
  },
  'AWS::SQS::Queue': { dimension: 'QueueName', metrics: ['ApproximateNumberOfMessagesVisible'] },
};

export function watchProblems(template: Template): string[] {
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(([, { Properties: p }]) => p);
  const watched = (metric: string, dimension: string, id: string) =>
    alarms.some(
      (p) =>
        p.MetricName === metric &&
        p.Dimensions.length === 1 &&
        p.Dimensions[0].Name === dimension &&
        referred(p.Dimensions[0].Value) === id,
    );
  const problems = Object.entries(WATCHED).flatMap(([type, { dimension, metrics }]) =>
    ofType(template, type).flatMap(([id]) =>
      metrics
        .filter((metric) => !watched(metric, dimension, id))
        .map((metric) => `${id}: nobody watches ${metric}`),
    ),
  );
  const ofAccount = ({ MetricName, Dimensions }: Properties) =>
    MetricName === 'Throttles' && Dimensions.length === 0;
  if (!alarms.some(ofAccount)) problems.push('nobody watches Throttles of the account');
  // A stream of our own functions is watched by what they could not place in it.
  const unplaced = alarms
    .filter(({ MetricName }) => MetricName === 'EventsUnplaced')
    .map(({ Dimensions }) => Dimensions.find(({ Name }: Properties) => Name === 'stream')?.Value);
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Kinesis::Stream')) {
    const written = unplaced.includes(p.Name.endsWith('-enriched') ? undefined : p.Name);
    if (!written && !watched('WriteProvisionedThroughputExceeded', 'StreamName', id)) {
      problems.push(`${id}: nobody watches whether it takes writes`);
    }
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::KinesisFirehose::DeliveryStream')) {
    const readsStream = p.DeliveryStreamType === 'KinesisStreamAsSource';
    if (readsStream && !watched('KinesisMillisBehindLatest', 'DeliveryStreamName', id)) {
      problems.push(`${id}: nobody watches KinesisMillisBehindLatest`);
    }
    const undelivered = alarms.some((alarm) =>
      alarm.Metrics?.some(
        (each: Properties) =>
          each.MetricStat?.Metric.MetricName === 'DeliveryToS3.Records' &&
          referred(each.MetricStat.Metric.Dimensions[0].Value) === id,
      ),
    );
    if (!undelivered) problems.push(`${id}: nobody watches whether it delivers`);
  }
  for (const [id, { Properties: p }] of ofType(template, 'AWS::Lambda::EventSourceMapping')) {
    if (!p.MetricsConfig?.Metrics.includes('EventCount')) problems.push(`${id} counts no events`);
    if (!watched('IteratorAge', 'FunctionName', referred(p.FunctionName) as string)) {
      problems.push(`${id}: nobody watches IteratorAge`);
    }
  }
  return problems;
}
