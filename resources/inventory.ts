import { capitalized, type Resources } from './yaml.ts';

/** What a service has of each kind, by logical id: alarms and the dashboard follow from it. */
export interface Inventory {
  functions: { key: string; id: string }[];
  mappings: { id: string; functionId: string }[];
  streams: string[];
  /** With the stream that it reads; undefined where it is written to. */
  deliveries: { id: string; stream: string | undefined }[];
  /** Each router by its key in serverless.yml, with the name of the stream that it writes to. */
  routers: { key: string; stream: string }[];
}

/** Of the keys of functions in serverless.yml and of the resources of the streaming half. */
export function inventoryOf(functionKeys: readonly string[], streaming: Resources): Inventory {
  const ofType = (type: string) =>
    Object.entries(streaming).filter(([, { Type }]) => Type === type);
  const ids = (type: string) => ofType(type).map(([id]) => id);
  const deliveries = ofType('AWS::KinesisFirehose::DeliveryStream');
  return {
    functions: functionKeys.map((key) => ({ key, id: `${capitalized(key)}LambdaFunction` })),
    mappings: ofType('AWS::Lambda::EventSourceMapping').map(([id, { Properties }]) => ({
      id,
      functionId: Properties.FunctionName['Fn::GetAtt'][0],
    })),
    streams: ids('AWS::Kinesis::Stream'),
    deliveries: deliveries.map(([id, { Properties: p }]) => ({
      id,
      stream: p.KinesisStreamSourceConfiguration?.KinesisStreamARN['Fn::GetAtt'][0],
    })),
    routers: deliveries
      .filter(([, { Properties: p }]) => p.KinesisStreamSourceConfiguration)
      .map(([id, { Properties: p }]) => ({
        // As segment.yml and function.yml of route-sessions name them.
        key: id.replace(/^(Sessions)(.*)Delivery$/, 'route$2$1'),
        stream: p.DeliveryStreamName,
      })),
  };
}
