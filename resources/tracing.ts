import type { Resources } from './yaml.ts';

const TRACED = ['lambda.amazonaws.com', 'states.amazonaws.com'];

const policy = {
  PolicyName: 'Tracing',
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        // None of these can be limited to a resource.
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
};

/**
 * The resources, with what X-Ray needs in each role of a function or state machine. It is part of the
 * role, because Lambda refuses a traced function whose role lacks it at that moment.
 */
export function withTracing(resources: Resources): Resources {
  const entries = Object.entries(resources).map(([id, resource]) => {
    const { Type, Properties } = resource;
    const isTraced =
      Type === 'AWS::IAM::Role' &&
      TRACED.includes(Properties.AssumeRolePolicyDocument.Statement[0].Principal.Service);
    if (!isTraced) return [id, resource];
    return [
      id,
      { Type, Properties: { ...Properties, Policies: [...Properties.Policies, policy] } },
    ];
  });
  return Object.fromEntries(entries);
}
