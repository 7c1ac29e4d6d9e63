import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packageService } from '../../local/packaging.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { pythonTools } from '../lib/tools.ts';
import { BAD_TEMPLATE } from './bad-template.ts';
import { DEPLOY_ROLE, readDeployRole } from './deploy-role.ts';
import { policiesOf } from './policies.ts';
import { nameOf, VARIANTS } from './variants.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.local/checks/templates');

const PINS = ['cfn-lint==1.58.0', 'parliament==1.6.4'];

/** Findings that are no faults. */
const IGNORED = {
  // A DependsOn that is implied: the framework writes one for the role of each function.
  'cfn-lint': 'W3005',
  parliament: [
    // Newer than the list of actions that parliament brings; test/resources/deploy-role.test.ts knows them.
    /Unknown action kinesis:(ListTagsForResource|TagResource|UntagResource) /,
    // Tags of a workgroup: the same actions also exist for other things of Athena.
    /No resources match .*'athena:(?:List)?Tag.*capacity-reservation/,
  ],
};

/**
 * Packages every variant and judges its template by cfn-lint, its roles' policies by parliament, and so
 * the template of the role that deploys.
 */
export async function lintTemplates(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const bin = await pythonTools('linters', PINS);
  const results = [proveLinters(bin)];
  for (const variant of VARIANTS) {
    const template = readTemplate(await packageService(root, variant));
    // Linted while the next one is packaged.
    const name = nameOf(variant);
    results.push(report(name, lint(bin, name, template)));
  }
  results.push(report('deploy role', lintDeployRole(bin)));
  const findings = (await Promise.all(results)).flat();
  if (findings.length > 0) {
    throw new CheckFailed(`${findings.length} findings\n${findings.join('\n')}`);
  }
  return `${PINS.join(' and ')} found nothing wrong with ${results.length - 1} templates`;
}

const readTemplate = (packaged: string) =>
  readFileSync(join(packaged, '.serverless/cloudformation-template-update-stack.json'), 'utf8');

/** A linter that finds nothing in a bad template says nothing about the others. */
async function proveLinters(bin: string): Promise<string[]> {
  const found = await lint(bin, 'a bad template', JSON.stringify(BAD_TEMPLATE));
  return Object.entries(found)
    .filter(([, findings]) => findings.length === 0)
    .map(([linter]) => `${linter} found nothing in a bad template`);
}

async function report(name: string, linted: Promise<Findings>): Promise<string[]> {
  const findings = Object.values(await linted).flat();
  console.log(
    `${name}: ${findings.length === 0 ? 'nothing found' : `${findings.length} findings`}`,
  );
  return findings.map((finding) => `${name}: ${finding}`);
}

async function lint(bin: string, name: string, template: string): Promise<Findings> {
  const file = join(folder, `${slugOf(name)}.json`);
  writeFileSync(file, template);
  return {
    'cfn-lint': await lintFile(bin, file),
    parliament: await lintPolicies(bin, name, policiesOf(JSON.parse(template))),
  };
}

type Findings = Record<'cfn-lint' | 'parliament', string[]>;

function lintFile(bin: string, file: string): Promise<string[]> {
  const options = ['--ignore-checks', IGNORED['cfn-lint'], '--format', 'parseable'];
  return linesOf(join(bin, 'cfn-lint'), [...options, '--', file]);
}

async function lintPolicies(
  bin: string,
  name: string,
  policies: Record<string, unknown>,
): Promise<string[]> {
  const target = join(folder, `policies-${slugOf(name)}`);
  mkdirSync(target, { recursive: true });
  for (const [role, policy] of Object.entries(policies)) {
    writeFileSync(join(target, `${role}.json`), JSON.stringify(policy, null, 2));
  }
  const lines = await linesOf(join(bin, 'parliament'), ['--directory', target]);
  // Here, because parliament's own `ignore_locations` ignores nothing.
  return lines.filter((line) => !IGNORED.parliament.some((pattern) => pattern.test(line)));
}

const slugOf = (name: string) => name.replaceAll(/\W+/g, '-');

async function lintDeployRole(bin: string): Promise<Findings> {
  return {
    'cfn-lint': await lintFile(bin, DEPLOY_ROLE),
    parliament: await lintPolicies(bin, 'deploy role', policiesOf(readDeployRole('dev'))),
  };
}

/** A line is a finding. Linters exit with another code than 0 where they have one. */
async function linesOf(command: string, args: string[]): Promise<string[]> {
  const { stdout, stderr } = await run(command, args).catch(
    (error: { stdout?: string; stderr?: string }) => {
      if (!error.stdout?.trim()) throw new CheckFailed(`${command} failed\n${error.stderr}`);
      return { stdout: error.stdout, stderr: '' };
    },
  );
  if (stderr.trim()) console.error(stderr.trim());
  return stdout.split('\n').filter((line) => line.trim());
}
