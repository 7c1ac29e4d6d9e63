import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageService } from '../../local/packaging.ts';
import { changedTree, thirdSegment } from '../fixtures/changed-tree.ts';
import { roleProblems, statementProblems } from './access-rules.ts';
import { givenTemplate, ofType, PACKAGING_MS, resolved, type Template } from './fixtures.ts';
import { alarmProblems, mappingProblems, watchProblems } from './reliability-rules.ts';
import { bucketProblems, encryptionProblems, logProblems } from './storage-rules.ts';

let before: Template;
let after: Template;
beforeAll(async () => {
  before = await givenTemplate('prod');
  using tree = changedTree(thirdSegment);
  const folder = await packageService(tree.folder, { stage: 'prod' });
  const file = join(folder, '.serverless/cloudformation-template-update-stack.json');
  after = JSON.parse(readFileSync(file, 'utf8'));
}, PACKAGING_MS);

/** Logical ids that the framework makes of a function's code differ with the code. */
const idsOf = (template: Template) =>
  Object.keys(template.Resources).filter(
    (id) => template.Resources[id]?.Type !== 'AWS::Lambda::Version',
  );

describe('A third segment in core/sessions/segments.ts', () => {
  it('has everything that the segment beside it has', () => {
    const ofUsa = idsOf(before).filter((id) => id.includes('Usa'));
    expect(ofUsa.length).toBeGreaterThan(15);
    const added = idsOf(after).filter((id) => !before.Resources[id]);
    expect(added.sort()).toEqual(ofUsa.map((id) => id.replace('Usa', 'Eu')).sort());
    expect(idsOf(before).filter((id) => !after.Resources[id])).toEqual([]);
  });

  it('is read by a filter of its own, delivered to its own bucket and asked as its own table', () => {
    const at = (id: string) => resolved(after.Resources[id]?.Properties, after);
    expect(at('RouteEuSessionsMapping').FilterCriteria.Filters).toEqual([
      { Pattern: '{"data":{"segment":["eu"]}}' },
    ]);
    // The rest takes what no other router would: nothing is dropped without a trace.
    expect(at('RouteInternationalSessionsMapping').FilterCriteria.Filters).toEqual([
      { Pattern: '{"data":{"segment":["international",{"anything-but":["usa","eu"]}]}}' },
      { Pattern: '{"data":{"segment":[{"exists":false}]}}' },
    ]);
    expect(at('RouteEuSessionsLambdaFunction').Environment.Variables.SEGMENT).toBe('eu');
    expect(at('RouteEuSessionsLambdaFunction').Environment.Variables.SEGMENT_STREAM).toBe(
      'tributary-prod-sessions-eu',
    );
    expect(at('SessionsEuDelivery').ExtendedS3DestinationConfiguration.BucketARN).toMatch(
      /^arn:aws:s3:::tributary-prod-sessions-eu-/,
    );
    expect(at('SessionsEuTable').TableInput.Name).toBe('sessions_eu');
  });

  it('breaks no rule, and the dashboard shows it', () => {
    const problems = [
      ...[roleProblems, statementProblems, mappingProblems, alarmProblems, watchProblems],
      ...[bucketProblems, encryptionProblems, logProblems],
    ].flatMap((rule) => rule(after));
    expect(problems).toEqual([]);
    const [[, dashboard] = []] = ofType(after, 'AWS::CloudWatch::Dashboard');
    const body = resolved(dashboard?.Properties.DashboardBody, after);
    for (const name of [
      'routeEuSessions',
      'tributary-prod-sessions-eu',
      'RouteEuSessionsMapping',
    ]) {
      expect(body).toContain(name);
    }
  });
});
