import {
  givenTemplate,
  OPTIONS_OFF,
  OPTIONS_ON,
  ofType,
  PACKAGING_MS,
  type Properties,
  referred,
} from './fixtures.ts';

const tracingOf = ({ Properties: p }: Properties) =>
  p.Policies.filter(({ PolicyName }: Properties) => PolicyName === 'Tracing');

describe.each([
  ['true', OPTIONS_ON],
  ['false', OPTIONS_OFF],
])('The template with tracing=%s', (tracing, params) => {
  it(
    'holds what X-Ray needs in the role of each traced function and machine, and nowhere else',
    async () => {
      const template = await givenTemplate('dev', params);
      const traced = [
        ...ofType(template, 'AWS::Lambda::Function').filter(
          ([, { Properties: p }]) => p.TracingConfig?.Mode === 'Active',
        ),
        ...ofType(template, 'AWS::StepFunctions::StateMachine').filter(
          ([, { Properties: p }]) => p.TracingConfiguration?.Enabled === true,
        ),
      ].map(([, { Properties: p }]) => referred(p.Role ?? p.RoleArn));
      expect(traced).toHaveLength(tracing === 'true' ? 12 : 0);
      const roles = ofType(template, 'AWS::IAM::Role');
      expect(
        roles
          .filter(([, role]) => tracingOf(role).length === 1)
          .map(([id]) => id)
          .sort(),
      ).toEqual(traced.sort());
      // A policy attached afterwards comes too late for Lambda.
      expect(ofType(template, 'AWS::IAM::Policy')).toEqual([]);
    },
    PACKAGING_MS,
  );
});
