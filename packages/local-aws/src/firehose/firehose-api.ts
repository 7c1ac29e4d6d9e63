import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import type { StreamFaults } from '../kinesis/faults.ts';
import type { DeliverySettings } from '../service/stream-settings.ts';
import { type DeliveryStream, MAX_RECORD_BYTES } from './firehose.ts';

const MAX_RECORDS = 500;
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;

const UNAVAILABLE = {
  ErrorCode: 'ServiceUnavailableException',
  ErrorMessage: 'Slow down, by the plan of faults',
};

/** The actions of Firehose that producers use, over the delivery streams of the stage. */
export function createFirehoseApi(
  deliveries: ReadonlyMap<string, { settings: DeliverySettings; stream: DeliveryStream }>,
  faults: StreamFaults = {},
): JsonService {
  function find(name: unknown): DeliveryStream {
    if (faults.isDown?.(String(name))) {
      throw new AwsError('ServiceUnavailableException', 'down, by the plan of faults');
    }
    const delivery = deliveries.get(String(name));
    if (!delivery) {
      throw new AwsError('ResourceNotFoundException', `Firehose ${name} not found`);
    }
    if (delivery.settings.sourceStream) {
      throw new AwsError(
        'InvalidArgumentException',
        'This operation is not permitted on KinesisStreamAsSource delivery stream type.',
      );
    }
    return delivery.stream;
  }
  let recordId = 0;
  const put = (stream: DeliveryStream, data: Buffer) => {
    stream.put(data, new Date());
    recordId += 1;
    return { RecordId: `local-${recordId}` };
  };
  return {
    ListDeliveryStreams({
      DeliveryStreamType,
      ExclusiveStartDeliveryStreamName: after = '',
      Limit,
    }) {
      const isWanted = ({ name, sourceStream }: DeliverySettings) =>
        name > String(after) &&
        (DeliveryStreamType ?? typeOf(sourceStream)) === typeOf(sourceStream);
      const all = [...deliveries.values()].map(({ settings }) => settings).filter(isWanted);
      const names = all.map(({ name }) => name).sort();
      const limit = Number(Limit ?? 10);
      return {
        DeliveryStreamNames: names.slice(0, limit),
        HasMoreDeliveryStreams: names.length > limit,
      };
    },
    PutRecord({ DeliveryStreamName, Record }) {
      const stream = find(DeliveryStreamName);
      const [data] = decode([Record]);
      return { ...put(stream, data as Buffer), Encrypted: false };
    },
    PutRecordBatch({ DeliveryStreamName, Records }) {
      const stream = find(DeliveryStreamName);
      const RequestResponses = decode(Records as unknown[]).map((data) =>
        faults.failsEntry?.(String(DeliveryStreamName)) ? UNAVAILABLE : put(stream, data),
      );
      const FailedPutCount = RequestResponses.filter((each) => 'ErrorCode' in each).length;
      return { FailedPutCount, Encrypted: false, RequestResponses };
    },
  };
}

const typeOf = (sourceStream: string | undefined): string =>
  sourceStream ? 'KinesisStreamAsSource' : 'DirectPut';

/** The bytes of all records, or none of them: a request beyond the limits fails as a whole. */
function decode(records: unknown[]): Buffer[] {
  if (!Array.isArray(records) || records.length === 0 || records.length > MAX_RECORDS) {
    throw new AwsError('InvalidArgumentException', `A request takes 1 to ${MAX_RECORDS} records`);
  }
  const all = records.map((record) => Buffer.from((record as { Data: string }).Data, 'base64'));
  if (all.some((data) => data.length > MAX_RECORD_BYTES)) {
    throw new AwsError('InvalidArgumentException', 'A record is beyond 1,000 KiB');
  }
  if (all.reduce((sum, data) => sum + data.length, 0) > MAX_REQUEST_BYTES) {
    throw new AwsError('InvalidArgumentException', 'The request is beyond 4 MiB');
  }
  return all;
}
