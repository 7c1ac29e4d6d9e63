// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation resolves them
import { resolve } from 'node:path';
import type { Template } from 'local-aws/service/template.ts';
import { parse, type ScalarTag } from 'yaml';
import { readText } from '../../resources/yaml.ts';

export const DEPLOY_ROLE = resolve(import.meta.dirname, '../../resources/deploy-role.yml');

/** The template of the role that deploys a stage, with the values that an account would have. */
export function readDeployRole(stage: string): Template {
  const values: Record<string, string> = {
    'AWS::Partition': 'aws',
    'AWS::AccountId': '000000000000',
    Stage: stage,
    Repository: 'owner/name',
    Ref: 'refs/heads/main',
  };
  const text = readText('deploy-role.yml').replace(
    /\$\{([\w:]+)\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
  const asText = (tag: string): ScalarTag => ({ tag, resolve: (value) => value });
  const customTags = [
    ...['!Ref', '!Sub', '!GetAtt'].map(asText),
    { tag: '!Equals', collection: 'seq' as const, resolve: () => true },
  ];
  return parse(text, { merge: true, customTags });
}
