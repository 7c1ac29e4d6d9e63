import {
  environmentProblems,
  readersOfSecret,
  roleProblems,
  statementProblems,
} from './access-rules.ts';
import { givenTemplate, ofType, PACKAGING_MS, type Template } from './fixtures.ts';
import {
  alarmProblems,
  mappingProblems,
  startProblems,
  timeoutProblems,
  watchProblems,
} from './reliability-rules.ts';
import {
  bucketProblems,
  encryptionProblems,
  lakeProblems,
  logProblems,
  queueAndTopicProblems,
  removalProblems,
} from './storage-rules.ts';

describe.each(['dev', 'prod'] as const)('The template of %s', (stage) => {
  let template: Template;

  beforeAll(async () => {
    template = await givenTemplate(stage);
  }, PACKAGING_MS);

  it.each<[string, (template: Template) => string[]]>([
    ['keeps every bucket private, encrypted, behind TLS and from growing for ever', bucketProblems],
    ['keeps versions of the lake and an age for each of its zones', lakeProblems],
    ['encrypts streams, Firehoses, queues, topics and results of Athena', encryptionProblems],
    ['takes messages by TLS alone, from services that act for it', queueAndTopicProblems],
    ['keeps every log for a while, without what the states hold', logProblems],
    ['gives each function, machine, Firehose, crawler and trigger a role', roleProblems],
    ['allows named actions on named resources', statementProblems],
    ['puts no secret into an environment', environmentProblems],
    ['ends functions before their states and states before their machine', timeoutProblems],
    ['starts the machine with retries, a time zone and a dead-letter queue', startProblems],
    ['discards events by age, and stores them', mappingProblems],
    ['tells every alarm to the topic, with what it means', alarmProblems],
    [
      'watches every function, mapping, stream, Firehose, machine and queue in prod',
      (template) => (stage === 'prod' ? watchProblems(template) : []),
    ],
  ])('%s', (_, problems) => {
    expect(problems(template)).toEqual([]);
  });

  it('holds what the rules look at', () => {
    const counts = Object.fromEntries(
      [
        'AWS::S3::Bucket',
        'AWS::Kinesis::Stream',
        'AWS::KinesisFirehose::DeliveryStream',
        'AWS::Lambda::EventSourceMapping',
        'AWS::SQS::Queue',
        'AWS::SNS::Topic',
        'AWS::Athena::WorkGroup',
        'AWS::StepFunctions::StateMachine',
        'AWS::Scheduler::Schedule',
        'AWS::Events::Rule',
      ].map((type) => [type, ofType(template, type).length]),
    );
    for (const [type, count] of Object.entries(counts))
      expect([type, count > 0]).toEqual([type, true]);
    expect(ofType(template, 'AWS::Lambda::Function').length).toBeGreaterThanOrEqual(11);
  });

  it('has a dashboard in prod, and elsewhere only alarms on what is lost', () => {
    const kinds = ofType(template, 'AWS::CloudWatch::Alarm').map(([id]) => id);
    expect(ofType(template, 'AWS::CloudWatch::Dashboard')).toHaveLength(stage === 'prod' ? 1 : 0);
    if (stage === 'prod') expect(kinds.length).toBeGreaterThan(40);
    else {
      expect(kinds).toEqual(
        expect.arrayContaining(['IngestFailedAlarm', 'EnrichSessionsDroppedAlarm']),
      );
      expect(kinds.length).toBeLessThan(25);
    }
  });

  it('lets FetchToken alone read the client secret', () => {
    expect(readersOfSecret(template)).toEqual(['FetchTokenRole']);
  });

  it('tells each function of its stage, for its metrics', () => {
    for (const [id, { Properties: p }] of ofType(template, 'AWS::Lambda::Function')) {
      expect([id, p.Environment.Variables.STAGE]).toEqual([id, stage]);
    }
  });

  it('does not trace, and no role holds what tracing needs', () => {
    const text = JSON.stringify(template);
    expect(text).not.toContain('xray');
    expect(text).not.toContain('"Active"');
  });

  const policy = stage === 'prod' ? 'Retain' : 'Delete';
  it(`says ${policy} of data when the stack goes`, () => {
    expect(removalProblems(template, policy)).toEqual([]);
  });
});
