// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework resolves them
import { alarm, HOUR, metric, own, ref } from './alarm.ts';
import type { Inventory } from './inventory.ts';
import type { Resources } from './yaml.ts';

export function alarmsOfRuns({ scheduleEnabled }: { scheduleEnabled: boolean }): Resources[] {
  const executions = (name: string) =>
    metric('AWS/States', name, { StateMachineArn: ref('IngestNewReleases') });
  const overdue = {
    ...own('RunsSucceeded'),
    Period: HOUR,
    EvaluationPeriods: '${param:overdueHours}',
    ComparisonOperator: 'LessThanThreshold',
    // Here silence is the breach.
    TreatMissingData: 'breaching',
  };
  const failedStarts = {
    ...metric('AWS/SQS', 'ApproximateNumberOfMessagesVisible', {
      QueueName: { 'Fn::GetAtt': ['FailedStartsQueue', 'QueueName'] },
    }),
    Statistic: 'Maximum',
  };
  return [
    alarm('ingest', 'failed', 'A run failed', executions('ExecutionsFailed')),
    alarm('ingest', 'timed-out', 'A run took longer than it may', executions('ExecutionsTimedOut')),
    alarm('ingest', 'aborted', 'Somebody stopped a run', executions('ExecutionsAborted')),
    alarm('ingest', 'partial', 'A run lost albums that no limit explains', {
      ...own('RunsPartial'),
      Period: HOUR,
    }),
    alarm('ingest', 'albums-overdue', 'An album has been missing or deferred for three days', {
      ...own('AlbumsOverdue'),
      Period: HOUR,
    }),
    // Without a schedule no run is expected.
    scheduleEnabled
      ? alarm('ingest', 'overdue', 'No run has succeeded for ${param:overdueHours} hours', overdue)
      : {},
    alarm(
      'ingest',
      'failed-starts',
      'A run could not be started, by the schedule or by a manifest',
      failedStarts,
    ),
  ];
}

type DeployedFunction = Inventory['functions'][number];

export function alarmOfErrors({ key, id }: DeployedFunction, readsStream: boolean): Resources {
  const metricOfErrors = metric('AWS/Lambda', 'Errors', { FunctionName: ref(id) });
  return readsStream
    ? alarm(key, 'errors', 'It failed on a whole batch, which is retried', metricOfErrors)
    : // Renewed tokens and retries are errors too: only many of them are a sign.
      alarm(key, 'errors', 'It fails often, although runs may still succeed', {
        ...metricOfErrors,
        Period: HOUR,
        Threshold: 5,
      });
}

/** Concurrency is the account's, and so is the metric: one alarm for all functions, at the price of one. */
export const alarmOfThrottles = (): Resources =>
  alarm(
    'functions',
    'throttles',
    'Lambda had no concurrency left',
    metric('AWS/Lambda', 'Throttles'),
  );
