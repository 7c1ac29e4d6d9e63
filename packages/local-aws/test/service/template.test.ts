// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates are made of them
import { resolve, type Template } from '../../src/service/template.ts';

const template: Template = {
  Resources: {
    Lake: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'tributary-lake' } },
    Unnamed: { Type: 'AWS::S3::Bucket' },
    Plan: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'tributary-plan' } },
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
    [{ Ref: 'Lake' }, 'tributary-lake'],
    [{ Ref: 'Unnamed' }, 'Unnamed'],
    [{ Ref: 'Plan' }, 'tributary-plan'],
    [{ Ref: 'Alarms' }, 'arn:aws:sns:us-east-1:000000000000:alarms'],
    [{ Ref: 'Ingest' }, 'arn:aws:states:us-east-1:000000000000:stateMachine:ingest-us-east-1'],
    [{ Ref: 'Crawler' }, 'curated'],
    [{ Ref: 'AWS::Region' }, 'us-east-1'],
    [{ Ref: 'AWS::AccountId' }, '000000000000'],
    [{ 'Fn::GetAtt': ['Lake', 'Arn'] }, 'arn:aws:s3:::tributary-lake'],
    [{ 'Fn::GetAtt': 'Lake.Arn' }, 'arn:aws:s3:::tributary-lake'],
    [
      { 'Fn::GetAtt': ['Plan', 'Arn'] },
      'arn:aws:lambda:us-east-1:000000000000:function:tributary-plan',
    ],
    [{ 'Fn::GetAtt': ['Role', 'Arn'] }, 'arn:aws:iam::000000000000:role/plan-role'],
    [{ 'Fn::Sub': 's3://${Lake}/curated/' }, 's3://tributary-lake/curated/'],
    [{ 'Fn::Sub': '${Lake.Arn}/raw/*' }, 'arn:aws:s3:::tributary-lake/raw/*'],
    [{ 'Fn::Sub': 'arn:${AWS::Partition}:x:${AWS::Region}' }, 'arn:aws:x:us-east-1'],
    [{ 'Fn::Sub': ['${a}-${Lake}', { a: { Ref: 'Plan' } }] }, 'tributary-plan-tributary-lake'],
    [{ 'Fn::Sub': 'a ${!Literal} stays' }, 'a ${Literal} stays'],
    [{ 'Fn::Join': ['/', ['a', { Ref: 'Lake' }, 'b']] }, 'a/tributary-lake/b'],
    [{ 'Fn::Join': ['', ['x', { 'Fn::Sub': '${Lake}' }]] }, 'xtributary-lake'],
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
      Names: ['tributary-lake', 'x', 7, true, null],
      Ref: 'a property of that name beside others',
      Deep: { Path: 'tributary-lake/y' },
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
