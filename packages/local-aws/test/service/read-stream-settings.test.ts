import { readDelivery, readMapping, readStream } from '../../src/service/read-stream-settings.ts';

const mapping = {
  EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/events',
  FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:work',
  StartingPosition: 'TRIM_HORIZON',
};

const delivery = {
  DeliveryStreamName: 'd',
  DeliveryStreamType: 'DirectPut',
  ExtendedS3DestinationConfiguration: {
    BucketARN: 'arn:aws:s3:::b',
    RoleARN: 'r',
    Prefix: 'p/',
    ErrorOutputPrefix: 'e/',
    BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
  },
};

describe('settings out of the template', () => {
  it('are those of AWS where the template is silent', () => {
    expect(readMapping('M', mapping)).toMatchObject({
      streamName: 'events',
      functionName: 'work',
      batchSize: 100,
      windowSeconds: 0,
      parallelization: 1,
      reportsItemFailures: false,
      bisects: false,
      retries: Number.POSITIVE_INFINITY,
      maxAgeSeconds: Number.POSITIVE_INFINITY,
      failureBucket: undefined,
    });
    expect(readStream('S', { Name: 's', ShardCount: 3 })).toEqual({
      name: 's',
      shards: 3,
      retentionHours: 24,
    });
  });

  it('are numbers even where a parameter made text of them', () => {
    expect(readMapping('M', { ...mapping, BatchSize: '7' }).batchSize).toBe(7);
  });

  it('give a mapping the same UUID each time, and every mapping another', () => {
    const { id } = readMapping('M', mapping);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(readMapping('M', mapping).id).toBe(id);
    expect(readMapping('N', mapping).id).not.toBe(id);
  });

  it('take the delimiter as CloudFormation writes it', () => {
    const { ExtendedS3DestinationConfiguration: s3 } = delivery;
    const ProcessingConfiguration = {
      Enabled: true,
      Processors: [
        {
          Type: 'AppendDelimiterToRecord',
          Parameters: [{ ParameterName: 'Delimiter', ParameterValue: '\\n' }],
        },
      ],
    };
    const given = {
      ...delivery,
      ExtendedS3DestinationConfiguration: { ...s3, ProcessingConfiguration },
    };
    expect(readDelivery('D', given).delimiter).toBe('\n');
    expect(readDelivery('D', delivery).delimiter).toBe('');
  });

  it.each([
    ['an unsupported property', { TumblingWindowInSeconds: 10 }, /Unrecognized key/],
    ['a mapping that is switched off', { Enabled: false }, /M\.Enabled/],
    ['a batch beyond 10,000', { BatchSize: 10_001 }, /M\.BatchSize/],
    ['an age that AWS does not take', { MaximumRecordAgeInSeconds: 30 }, /MaximumRecordAge/],
    [
      'a queue as destination',
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:0:q' } } },
      /M\.DestinationConfig\.OnFailure\.Destination/,
    ],
    [
      'an unsupported filter',
      { FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[{"suffix":"x"}]}}' }] } },
      /is unsupported/,
    ],
  ])('are rejected with %s', (_, more, message) => {
    expect(() => readMapping('M', { ...mapping, ...more })).toThrow(message);
  });

  it('are rejected for a Firehose with an unsupported processor or destination', () => {
    expect(() => readDelivery('D', { ...delivery, S3DestinationConfiguration: {} })).toThrow(
      /Unsupported property D/,
    );
    expect(() =>
      readDelivery('D', { ...delivery, DeliveryStreamType: 'KinesisStreamAsSource' }),
    ).toThrow(/does not go with its source/);
    expect(() =>
      readStream('S', { Name: 's', StreamModeDetails: { StreamMode: 'EXPRESS' } }),
    ).toThrow(/Unsupported property S/);
  });

  it('are read for an on-demand stream, which has the four shards that AWS begins with', () => {
    const onDemand = { Name: 's', StreamModeDetails: { StreamMode: 'ON_DEMAND' } };
    expect(readStream('S', onDemand)).toEqual({
      name: 's',
      shards: 4,
      isOnDemand: true,
      retentionHours: 24,
    });
    expect(() => readStream('S', { ...onDemand, ShardCount: 4 })).toThrow(
      /S.ShardCount.*an on-demand stream none/,
    );
    expect(() => readStream('S', { Name: 's' })).toThrow(/S.ShardCount/);
  });
});
