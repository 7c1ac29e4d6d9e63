// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the framework and CloudFormation resolve them
// One page for whoever is on call: what rings, then the batch, the functions and the events.
const alarms = require('./alarms.cjs');
const inventory = require('./inventory.cjs');

const WIDTH = 8;
const HEIGHT = 6;
const FIVE_MINUTES = 300;
const HOUR = 3600;
const DAY = 86400;

const metric = (namespace, name, dimensions, options = {}) => [
  namespace,
  name,
  ...dimensions,
  { label: name, ...options },
];
/** Of functions/runtime/metrics.ts. */
const counted = (name, label) =>
  metric('Tributary', name, ['service', 'tributary', 'stage', '${sls:stage}'], { label });
/** Finds values of a dimension that are not known beforehand; what stands in quotes matches exactly. */
const found = (dimension, name) => {
  const schema = `Tributary,service,stage,${dimension}`;
  const terms = `MetricName="${name}" stage="\${sls:stage}"`;
  return [{ expression: `SEARCH('{${schema}} ${terms}', 'Sum', ${FIVE_MINUTES})`, label: '' }];
};

const graph = (title, metrics, properties = {}) => ({
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
const heading = (markdown) => ({ type: 'text', width: 24, height: 1, properties: { markdown } });

const status = (alarmIds) => ({
  type: 'alarm',
  width: 24,
  height: 5,
  properties: { title: 'Alarms', alarms: alarmIds.map((id) => `\${${id}.Arn}`) },
});

function batch() {
  const executions = (name) =>
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
      'Requests to Spotify, manifests taken in, starts that failed',
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

function ofFunctions(functions) {
  const of = (name) =>
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

function events({ mappings, streams, deliveries }) {
  const ofStreams = (name) =>
    streams.map((id) =>
      metric('AWS/Kinesis', name, ['StreamName', `\${${id}}`], { label: `\${${id}}` }),
    );
  const ofDeliveries = (name) =>
    deliveries.map((id) =>
      metric('AWS/Firehose', `DeliveryToS3.${name}`, ['DeliveryStreamName', `\${${id}}`], {
        label: `\${${id}}`,
      }),
    );
  const ofMapping = ({ id }, name, label) =>
    metric('AWS/Lambda', name, ['EventSourceMappingUUID', `\${${id}}`], {
      label: `${id}: ${label}`,
    });
  return [
    heading('## Events'),
    graph('Received, enriched, set aside', [
      counted('EventsReceived', 'received'),
      counted('EventsEnriched', 'enriched'),
      counted('EventsRejected', 'set aside'),
    ]),
    graph('Set aside, by reason', [found('reason', 'EventsRejected')], { stacked: true }),
    graph('Routed, by stream', [found('stream', 'EventsRouted')], { stacked: true }),
    graph(
      'Iterator age, ms',
      mappings.map(({ id, functionId }) =>
        metric('AWS/Lambda', 'IteratorAge', ['FunctionName', `\${${functionId}}`], { label: id }),
      ),
      { stat: 'Maximum' },
    ),
    graph(
      'Given up, dropped',
      mappings.flatMap((each) => [
        ofMapping(each, 'OnFailureDestinationDeliveredEventCount', 'given up'),
        ofMapping(each, 'DroppedEventCount', 'dropped'),
      ]),
    ),
    graph('Records into each stream', ofStreams('IncomingRecords')),
    graph('Writes that a shard refused', ofStreams('WriteProvisionedThroughputExceeded')),
    graph('Age of what waits in Firehose, s', ofDeliveries('DataFreshness'), { stat: 'Maximum' }),
    graph('Share of writes by Firehose that succeeded', ofDeliveries('Success'), {
      stat: 'Average',
    }),
  ];
}

/** Each beside the one before, or below where the row is full. */
function placed(widgets) {
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

module.exports = async (resolvers) => {
  const has = await inventory(resolvers);
  const { Resources } = await alarms(resolvers);
  const alarmIds = Object.keys(Resources).filter(
    (id) => Resources[id].Type === 'AWS::CloudWatch::Alarm',
  );
  const widgets = placed([
    status(alarmIds),
    ...batch(),
    ...ofFunctions(has.functions),
    ...events(has),
  ]);
  const Properties = {
    DashboardName: 'tributary-${sls:stage}',
    DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets }) },
  };
  return { Resources: { Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties } } };
};
