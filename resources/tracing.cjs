// With `tracing` on, what X-Ray needs of each role that is traced. Off, the roles hold nothing of it.
const inventory = require('./inventory.cjs');

const ref = (id) => ({ Ref: id });

module.exports = async (resolvers) => {
  if (String(await resolvers.resolveVariable('param:tracing')) !== 'true') return { Resources: {} };
  const { functions } = await inventory(resolvers);
  const roles = functions.map(({ id }) => id.replace(/LambdaFunction$/, 'Role'));
  return {
    Resources: {
      TracingPolicy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'Tracing',
          Roles: [...roles, 'IngestNewReleasesRole'].map(ref),
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                // These know no resource.
                Action: [
                  'xray:PutTraceSegments',
                  'xray:PutTelemetryRecords',
                  'xray:GetSamplingRules',
                  'xray:GetSamplingTargets',
                ],
                Resource: '*',
              },
            ],
          },
        },
      },
    },
  };
};
