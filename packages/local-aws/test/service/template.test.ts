// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are made of them
import { resolve, type Template } from '../../src/service/template.ts';

const template: Template = {
  stackName: 'shop-dev',
  Resources: {
    Lake: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'shop-lake' } },
    Unnamed: { Type: 'AWS::S3::Bucket' },
    Plan: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'shop-plan' } },
    Alarms: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'alarms' } },
    Ingest: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { StateMachineName: { 'Fn::Sub': 'ingest-${AWS::Region}' } },
    },
    Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'plan-role' } },
    Crawler: { Type: 'AWS::Glue::Crawler', Properties: { Name: 'curated' } },
  },
};
const resolved = (value: unknown) => resolve(value, template);

describe('A template', () => {
  it.each([
    [{ Ref: 'Lake' }, 'shop-lake'],
    [{ Ref: 'Unnamed' }, 'Unnamed'],
    [{ Ref: 'Plan' }, 'shop-plan'],
    [{ Ref: 'Alarms' }, 'arn:aws:sns:us-east-1:000000000000:alarms'],
    [{ Ref: 'Ingest' }, 'arn:aws:states:us-east-1:000000000000:stateMachine:ingest-us-east-1'],
    [{ Ref: 'Crawler' }, 'curated'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'AWS::StackName' }, 'shop-dev'],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ 'Fn::GetAtt': ['Lake', 'Arn'] }, 'arn:aws:s3:::shop-lake'],
    [{ 'Fn::GetAtt': 'Lake.Arn' }, 'arn:aws:s3:::shop-lake'],
    [{ 'Fn::GetAtt': ['Plan', 'Arn'] }, 'arn:aws:lambda:us-east-1:000000000000:function:shop-plan'],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::000000000000:role/plan-role'],
    [{ 'Fn::Sub': 's3://${Lake}/curated/' }, 's3://shop-lake/curated/'],
    [{ 'Fn::Sub': '${Lake.Arn}/raw/*' }, 'arn:aws:s3:::shop-lake/raw/*'],
    [{ 'Fn::Sub': 'arn:${AWS::Partition}:x:${AWS::Region}' }, 'arn:aws:x:us-east-1'],
    [{ 'Fn::Sub': ['${a}-${Lake}', { a: { Ref: 'Plan' } }] }, 'shop-plan-shop-lake'],
    [{ 'Fn::Sub': 'a ${!Literal} stays' }, 'a ${Literal} stays'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Lake' }, 'b']] }, 'a/shop-lake/b'],
    [{ 'Fn::Join': ['', ['x', { 'Fn::Sub': '${Lake}' }]] }, 'xshop-lake'],
  ])('resolves %j to %j', (value, text) => {
    expect(resolved(value)).toBe(text);
  });

  it('is resolved in depth, and leaves alone what is no intrinsic function', () => {
    const value = {
      Names: [{ Ref: 'Lake' }, 'x', 7, true, null],
      Ref: 'a property of that name beside others',
      Deep: { Path: { 'Fn::Sub': '${Lake}/y' } },
      Empty: {},
    };
    expect(resolved(value)).toEqual({
      Names: ['shop-lake', 'x', 7, true, null],
      Ref: 'a property of that name beside others',
      Deep: { Path: 'shop-lake/y' },
      Empty: {},
    });
  });

  it.each([{ Ref: 'Nobody' }, { 'Fn::GetAtt': ['Nobody', 'Arn'] }, { 'Fn::Sub': '${Nobody}' }])(
    'says which resource is not there: %j',
    (value) => {
      expect(() => resolved(value)).toThrow('The template has no resource Nobody');
    },
  );
});
