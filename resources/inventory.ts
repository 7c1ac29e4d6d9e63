import { capitalized, type Resources } from './yaml.ts';

/** What a service has of each kind, by logical id: alarms and the dashboard follow from it. */
export interface Inventory {
  functions: { key: string; id: string }[];
  mappings: { id: string; functionId: string }[];
  streams: string[];
  deliveries: string[];
}

/** Of the keys of functions in serverless.yml and of the resources of the streaming half. */
export function inventoryOf(functionKeys: readonly string[], streaming: Resources): Inventory {
  const ofType = (type: string) =>
    Object.entries(streaming).filter(([, { Type }]) => Type === type);
  const ids = (type: string) => ofType(type).map(([id]) => id);
  return {
    functions: functionKeys.map((key) => ({ key, id: `${capitalized(key)}LambdaFunction` })),
    mappings: ofType('AWS::Lambda::EventSourceMapping').map(([id, { Properties }]) => ({
      id,
      functionId: Properties.FunctionName['Fn::GetAtt'][0],
    })),
    streams: ids('AWS::Kinesis::Stream'),
    deliveries: ids('AWS::KinesisFirehose::DeliveryStream'),
  };
}
