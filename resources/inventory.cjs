// What the service has of each kind, by logical id, so that nothing is listed by hand that is to be
// watched. A function that the framework calls with its resolvers.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const segments = require('./segments.cjs');
const { parseYaml } = require('./template-tools.cjs');

const read = (file) => parseYaml(readFileSync(join(__dirname, file), 'utf8')).Resources;

module.exports = async ({ resolveConfigurationProperty }) => {
  const declared = [await resolveConfigurationProperty(['functions'])].flat();
  const functions = declared.flatMap(Object.keys).map((key) => ({
    key,
    id: `${key[0].toUpperCase()}${key.slice(1)}LambdaFunction`,
  }));

  const resources = Object.entries({
    ...read('streams.yml'),
    ...read('delivery.yml'),
    ...segments.resources.Resources,
  });
  const ofType = (type) => resources.filter(([, { Type }]) => Type === type);
  const ids = (type) => ofType(type).map(([id]) => id);

  return {
    functions,
    mappings: ofType('AWS::Lambda::EventSourceMapping').map(([id, { Properties }]) => ({
      id,
      functionId: Properties.FunctionName['Fn::GetAtt'][0],
    })),
    streams: ids('AWS::Kinesis::Stream'),
    deliveries: ids('AWS::KinesisFirehose::DeliveryStream'),
  };
};
