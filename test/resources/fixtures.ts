import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolve } from 'local-aws/service/template.ts';
import { packageFolder } from '../fixtures/packaged-service.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template's properties have no declared types
export type Properties = any;

export interface Resource {
  Type: string;
  Properties: Properties;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

export interface Template {
  Resources: Record<string, Resource>;
}

/** Three stages may have to be packaged, one after the other. */
export const PACKAGING_MS = 240_000;

/** What `dev` does not have by default. To package takes seconds: tests share these two lists. */
export const OPTIONS_ON = [
  'alarmEmail=on-call@example.org',
  'monthlyBudgetUsd=50',
  'streamMode=on-demand',
  'tracing=true',
];

/** The same said outright: what the command line gives is text, no number and no boolean. */
export const OPTIONS_OFF = ['monthlyBudgetUsd=0', 'streamMode=provisioned', 'tracing=false'];

/** The template of a stage, with `name=value` settings. */
export async function givenTemplate(stage: string, params: string[] = []): Promise<Template> {
  const folder = join(await packageFolder(stage, params), '.serverless');
  const file = join(folder, 'cloudformation-template-update-stack.json');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The resources of a type, by logical id. */
export const ofType = ({ Resources }: Template, type: string): [string, Resource][] =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);

/** `value` with its references replaced, as far as names are known before there is an account. */
export const resolved = (value: unknown, template: Template): Properties =>
  resolve(value, template as never);

/** The logical id that a `Ref` or a `Fn::GetAtt` names. */
export const referred = (value: Properties): string | undefined =>
  value?.Ref ?? value?.['Fn::GetAtt']?.[0];

/** The states of a machine, those within a Map too. */
export function* statesOf(states: Properties): Generator<[string, Properties]> {
  for (const [name, state] of Object.entries<Properties>(states)) {
    yield [name, state];
    if (state.ItemProcessor) yield* statesOf(state.ItemProcessor.States);
  }
}

export function definitionOf(machine: Resource, template: Template): Properties {
  return JSON.parse(resolved(machine.Properties.DefinitionString, template));
}
