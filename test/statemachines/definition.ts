import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { params } from '../../resources/settings/table.ts';

const root = join(import.meta.dirname, '../..');
const account = 'us-east-1:000000000000';

export interface State {
  Type: string;
  Resource?: string;
  Next?: string;
  End?: boolean;
  Default?: string;
  Choices?: { Next: string }[];
  TimeoutSeconds?: number;
  Retry?: { ErrorEquals: string[]; MaxDelaySeconds?: number; JitterStrategy?: string }[];
  Catch?: { ErrorEquals: string[]; Next: string; ResultPath?: string }[];
  ItemProcessor?: { StartAt: string; States: Record<string, State> };
  [field: string]: unknown;
}

export interface Definition {
  StartAt: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
  [field: string]: unknown;
}

/** YAML as it is deployed, with what CloudFormation and sls would put in. */
function readYaml(path: string, params: Record<string, unknown> = {}) {
  const text = readFileSync(join(root, path), 'utf8')
    .replace(/\$\{sls:stage\}/g, 'test')
    .replace(/\$\{param:(\w+)\}/g, (_, name) => String(params[name] ?? `param-${name}`));
  const scalar = (tag: string, resolve: (value: string) => unknown) => ({ tag, resolve });
  return parse(text, {
    merge: true,
    customTags: [
      scalar('!GetAtt', (name) => `arn:aws:lambda:${account}:function:${name.split('.')[0]}`),
      scalar('!Ref', (name) => `arn:aws:sns:${account}:${name}`),
      scalar('!Sub', (value) => value.replace(/\$\{AWS::Partition\}/, 'aws')),
    ],
  });
}

export function readDefinition(): Definition {
  return readYaml('statemachines/ingest-new-releases.asl.yml', params().default);
}

export interface DeclaredFunction {
  timeout: number;
  folder: string;
}

/** The functions that serverless.yml lists, by their key. */
export function readFunctions(): Map<string, DeclaredFunction> {
  const listed = readFileSync(join(root, 'serverless.yml'), 'utf8');
  const functions = new Map<string, DeclaredFunction>();
  for (const folder of readdirSync(join(root, 'functions'))) {
    const file = `functions/${folder}/function.yml`;
    if (!existsSync(join(root, file)) || !listed.includes(`\${file(${file})}`)) continue;
    for (const [key, { timeout }] of Object.entries<{ timeout: number }>(readYaml(file))) {
      functions.set(key, { timeout, folder: join(root, 'functions', folder) });
    }
  }
  return functions;
}

/** All states, those within a Map included, each with the states beside it. */
export function* allStates(
  states: Record<string, State>,
): Generator<{ name: string; state: State; beside: Record<string, State> }> {
  for (const [name, state] of Object.entries(states)) {
    yield { name, state, beside: states };
    if (state.ItemProcessor) yield* allStates(state.ItemProcessor.States);
  }
}
