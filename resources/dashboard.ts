// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework and CloudFormation resolve them
import type { Inventory } from './inventory.ts';
import type { Resources } from './yaml.ts';

const WIDTH = 8;
const HEIGHT = 6;
const FIVE_MINUTES = 300;
const HOUR = 3600;
const DAY = 86400;

interface Widget {
  type: 'metric' | 'text' | 'alarm';
  width: number;
  height: number;
  properties: Record<string, unknown>;
}

const metric = (
  namespace: string,
  name: string,
  dimensions: readonly string[],
  options: Record<string, unknown> = {},
) => [namespace, name, ...dimensions, { label: name, ...options }];
/** A metric of functions/runtime/metrics.ts. */
const counted = (name: string, label: string) =>
  metric('Tributary', name, ['service', 'tributary', 'stage', '${sls:stage}'], { label });
/** Finds values of a dimension that are not known beforehand; quoted terms match exactly. */
const found = (dimension: string, name: string) => {
  const schema = `Tributary,service,stage,${dimension}`;
  const terms = `MetricName="${name}" stage="\${sls:stage}"`;
  return [{ expression: `SEARCH('{${schema}} ${terms}', 'Sum', ${FIVE_MINUTES})`, label: '' }];
};

const graph = (
  title: string,
  metrics: unknown[],
  properties: Record<string, unknown> = {},
): Widget => ({
  type: 'metric',
  width: WIDTH,
  height: HEIGHT,
  properties: {
    title,
    metrics,
    region: '${AWS::Region}',
    stat: 'Sum',
    period: FIVE_MINUTES,
    view: 'timeSeries',
    yAxis: { left: { min: 0 } },
    ...properties,
  },
});
const heading = (markdown: string): Widget => ({
  type: 'text',
  width: 24,
  height: 1,
  properties: { markdown },
});

const status = (alarmIds: readonly string[]): Widget => ({
  type: 'alarm',
  width: 24,
  height: 5,
  properties: { title: 'Alarms', alarms: alarmIds.map((id) => `\${${id}.Arn}`) },
});

function ofBatch(): Widget[] {
  const executions = (name: string) =>
    metric('AWS/States', name, ['StateMachineArn', '${IngestNewReleases}']);
  const daily = { period: DAY, view: 'bar' };
  return [
    heading('## Batch'),
    graph(
      'Executions',
      ['Started', 'Succeeded', 'Failed', 'TimedOut', 'Aborted'].map((end) =>
        executions(`Executions${end}`),
      ),
      { period: HOUR },
    ),
    graph(
      'Runs by status',
      ['Complete', 'Deferred', 'Partial', 'Failed'].map((end) => counted(`Runs${end}`, end)),
      daily,
    ),
    graph(
      'Albums and tracks',
      [
        counted('AlbumsLoaded', 'albums loaded'),
        counted('AlbumsMissing', 'albums missing'),
        counted('AlbumsUnlisted', 'albums on no page'),
        counted('TracksLoaded', 'tracks loaded'),
      ],
      daily,
    ),
    graph(
      'Requests to Spotify, accepted manifests, failed starts',
      [
        counted('SpotifyRequests', 'requests'),
        counted('ManifestsAccepted', 'manifests'),
        metric(
          'AWS/SQS',
          'ApproximateNumberOfMessagesVisible',
          ['QueueName', '${FailedStartsQueue.QueueName}'],
          { label: 'failed starts', stat: 'Maximum' },
        ),
      ],
      { period: HOUR },
    ),
    graph('Longest execution, ms', [executions('ExecutionTime')], {
      stat: 'Maximum',
      period: HOUR,
    }),
    graph(
      'Bytes that Athena scanned',
      [metric('AWS/Athena', 'ProcessedBytes', ['WorkGroup', '${param:workgroupName}'])],
      { period: HOUR },
    ),
  ];
}

function ofFunctions(functions: Inventory['functions']): Widget[] {
  const of = (name: string) =>
    functions.map(({ key, id }) =>
      metric('AWS/Lambda', name, ['FunctionName', `\${${id}}`], { label: key }),
    );
  return [
    heading('## Functions'),
    graph('Errors', of('Errors')),
    graph('Throttles', of('Throttles')),
    graph('Longest duration, ms', of('Duration'), { stat: 'Maximum' }),
  ];
}

function ofEvents({ mappings, streams, deliveries }: Inventory): Widget[] {
  const ofStreams = (name: string) =>
    streams.map((id) =>
      metric('AWS/Kinesis', name, ['StreamName', `\${${id}}`], { label: `\${${id}}` }),
    );
  const ofDeliveries = (name: string) =>
    deliveries.map(({ id }) =>
      metric('AWS/Firehose', `DeliveryToS3.${name}`, ['DeliveryStreamName', `\${${id}}`], {
        label: `\${${id}}`,
      }),
    );
  const ofMapping = ({ id }: { id: string }, name: string, label: string) =>
    metric('AWS/Lambda', name, ['EventSourceMappingUUID', `\${${id}}`], {
      label: `${id}: ${label}`,
    });
  return [
    heading('## Events'),
    graph('Received, enriched, rejected', [
      counted('EventsReceived', 'received'),
      counted('EventsEnriched', 'enriched'),
      counted('EventsRejected', 'rejected'),
    ]),
    graph('Rejected, by reason', [found('reason', 'EventsRejected')], { stacked: true }),
    graph('Routed, by stream', [found('stream', 'EventsRouted')], { stacked: true }),
    graph(
      'Iterator age, ms',
      mappings.map(({ id, functionId }) =>
        metric('AWS/Lambda', 'IteratorAge', ['FunctionName', `\${${functionId}}`], { label: id }),
      ),
      { stat: 'Maximum' },
    ),
    graph(
      'Discarded, dropped',
      mappings.flatMap((each) => [
        ofMapping(each, 'OnFailureDestinationDeliveredEventCount', 'discarded'),
        ofMapping(each, 'DroppedEventCount', 'dropped'),
      ]),
    ),
    graph('Records into each stream', ofStreams('IncomingRecords')),
    graph('Throttled writes', ofStreams('WriteProvisionedThroughputExceeded')),
    graph('Throttled reads', ofStreams('ReadProvisionedThroughputExceeded')),
    graph('Age of the oldest event in Firehose, s', ofDeliveries('DataFreshness'), {
      stat: 'Maximum',
    }),
    graph('Share of writes by Firehose that succeeded', ofDeliveries('Success'), {
      stat: 'Average',
    }),
  ];
}

/** Each widget beside the one before, or below where the row is full. */
function placed(widgets: readonly Widget[]) {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return widgets.map((widget) => {
    if (x + widget.width > 24) {
      x = 0;
      y += rowHeight;
    }
    const at = { x, y };
    x += widget.width;
    rowHeight = widget.height;
    return { ...widget, ...at };
  });
}

/** One page for the person on call: the alarms, then the batch, the functions and the events. */
export function createDashboard(inventory: Inventory, alarms: Resources): Resources {
  const alarmIds = Object.keys(alarms).filter(
    (id) => alarms[id]?.Type === 'AWS::CloudWatch::Alarm',
  );
  const widgets = placed([
    status(alarmIds),
    ...ofBatch(),
    ...ofFunctions(inventory.functions),
    ...(inventory.streams.length > 0 ? ofEvents(inventory) : []),
  ]);
  const Properties = {
    DashboardName: 'tributary-${sls:stage}',
    DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
  };
  return { Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties } };
}
