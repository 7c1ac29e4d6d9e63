import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { styleText } from 'node:util';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Command } from 'commander';
import { LOCAL_STAGE } from '../core/names.ts';
import type { GlobalOptions } from '../core/terminal/options.ts';
import { widthOf } from '../core/terminal/width.ts';
import { wrap } from '../core/terminal/wrap.ts';
import { packageService } from '../local/packaging.ts';
import { connect } from './lib/aws-clients.ts';
import { checkAccount } from './lib/check-account.ts';
import { checkMachine, type Finding } from './lib/check-machine.ts';
import type { Template } from './lib/compare-templates.ts';
import { readLocalEndpoints } from './lib/local-endpoint.ts';
import { print } from './lib/output.ts';

const root = resolve(import.meta.dirname, '..');
const SUBJECT_WIDTH = 13;
const STYLES = { ok: 'green', odd: 'yellow', bad: 'red' } as const;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Checks this machine, and with --stage what a stage in an account lacks')
    .addHelpText(
      'after',
      `
It reads only, and ends with status 1 when something keeps the pipeline from working.

Examples:
  npx tributary doctor
  npx tributary doctor --stage dev`,
    )
    .action((_, each: Command) => doctor(each.optsWithGlobals<GlobalOptions>()));
}

async function doctor(options: GlobalOptions): Promise<void> {
  const { stage, folder } = options;
  const findings: Finding[] = [];
  const report = (found: Finding[]) => {
    findings.push(...found);
    return print(found.map((finding) => `${lineOf(finding)}\n`).join(''));
  };
  await report(checkMachine(folder));
  if (stage === LOCAL_STAGE) await report(localSettings(folder));
  else {
    const clients = {
      cloudFormation: connect(CloudFormationClient, 'CLOUDFORMATION', options),
      lambda: connect(LambdaClient, 'LAMBDA', options),
      ssm: connect(SSMClient, 'SSM', options),
    };
    await report(await checkAccount(stage, clients, () => ownTemplate(stage)));
  }
  if (findings.some(({ level }) => level === 'bad')) process.exitCode = 1;
}

/** What `npm start -- --param` was given, while that stage serves. */
function localSettings(folder: string): Finding[] {
  try {
    const { params = {} } = readLocalEndpoints(folder);
    return Object.entries(params).map(([name, value]) => ({
      level: 'odd',
      subject: 'Settings',
      text: `${name} is ${value}, by --param`,
    }));
  } catch {
    return [];
  }
}

async function ownTemplate(stage: string): Promise<Template> {
  const folder = await packageService(root, { stage });
  const file = join(folder, '.serverless/cloudformation-template-update-stack.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

function lineOf({ level, subject, text }: Finding): string {
  const { stdout } = process;
  const head = `${styleText(STYLES[level], level.padEnd(4), { stream: stdout })}${subject.padEnd(SUBJECT_WIDTH)}`;
  const indent = SUBJECT_WIDTH + 4;
  return head + wrap(text, (widthOf(stdout) ?? 120) - indent).join(`\n${' '.repeat(indent)}`);
}
