import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packageService } from '../../local/packaging.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { pythonTools } from '../lib/tools.ts';
import { BAD_TEMPLATE } from './bad-template.ts';
import { policiesOf } from './policies.ts';
import { nameOf, VARIANTS } from './variants.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.local/checks/templates');

const PINS = ['cfn-lint==1.58.0', 'parliament==1.6.4'];

/** Findings of cfn-lint that are no faults. */
const IGNORED_RULES = [
  // A DependsOn that is implied: the framework writes one for the role of each function.
  'W3005',
];

/** Packages every variant and judges its template by cfn-lint, its roles' policies by parliament. */
export async function lintTemplates(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const bin = await pythonTools('linters', PINS);
  const results = [proveLinters(bin)];
  for (const variant of VARIANTS) {
    const template = readTemplate(await packageService(root, variant));
    // Linted while the next one is packaged.
    results.push(report(bin, nameOf(variant), template));
  }
  const findings = (await Promise.all(results)).flat();
  if (findings.length > 0) {
    throw new CheckFailed(`${findings.length} findings\n${findings.join('\n')}`);
  }
  return `${PINS.join(' and ')} found nothing wrong with ${VARIANTS.length} templates`;
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

async function report(bin: string, name: string, template: string): Promise<string[]> {
  const findings = Object.values(await lint(bin, name, template)).flat();
  console.log(
    `${name}: ${findings.length === 0 ? 'nothing found' : `${findings.length} findings`}`,
  );
  return findings.map((finding) => `${name}: ${finding}`);
}

async function lint(bin: string, name: string, template: string) {
  const target = join(folder, name.replaceAll(/\W+/g, '-'));
  const policies = join(target, 'policies');
  mkdirSync(policies, { recursive: true });
  const file = join(target, 'template.json');
  writeFileSync(file, template);
  for (const [role, policy] of Object.entries(policiesOf(JSON.parse(template)))) {
    writeFileSync(join(policies, `${role}.json`), JSON.stringify(policy, null, 2));
  }
  const options = ['--ignore-checks', ...IGNORED_RULES, '--format', 'parseable'];
  return {
    'cfn-lint': await linesOf(join(bin, 'cfn-lint'), [...options, '--', file]),
    parliament: await linesOf(join(bin, 'parliament'), [
      ...['--config', join(import.meta.dirname, 'parliament.yml')],
      ...['--directory', policies],
    ]),
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
