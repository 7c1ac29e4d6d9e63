import { BAD_TEMPLATE } from '../../../checks/templates/bad-template.ts';
import { policiesOf } from '../../../checks/templates/policies.ts';
import { LONG_STAGE, nameOf, VARIANTS } from '../../../checks/templates/variants.ts';

it('finds the inline policies of a role, under its name', () => {
  expect(Object.keys(policiesOf(BAD_TEMPLATE))).toEqual(['Role.Role']);
});

it('resolves what a policy refers to', () => {
  const PolicyDocument = {
    Statement: [
      { Action: 's3:GetObject', Resource: { 'Fn::Sub': '$' + '{Lake.Arn}/*' } },
      { Action: 's3:ListBucket', Resource: { 'Fn::GetAtt': ['Lake', 'Arn'] } },
    ],
  };
  const template = {
    Resources: {
      Lake: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'lake' } },
      Traces: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument } },
    },
  };
  expect(policiesOf(template)).toEqual({
    Traces: {
      Statement: [
        { Action: 's3:GetObject', Resource: 'arn:aws:s3:::lake/*' },
        { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::lake' },
      ],
    },
  });
});

it('names each variant by its stage and settings', () => {
  expect(VARIANTS.map(nameOf)).toEqual(
    expect.arrayContaining(['dev', 'prod', 'dev with tracing=true', LONG_STAGE]),
  );
});

it('has a long stage whose longest bucket name is as long as S3 takes', () => {
  expect(`tributary-${LONG_STAGE}-sessions-international-123456789012`).toHaveLength(63);
});
