import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A resource as CloudFormation takes it. Its properties are CloudFormation's, which have no types here. */
export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  Properties: any;
}

export type Resources = Record<string, Resource>;

const customTags = [
  { tag: '!Ref', resolve: (name: string) => ({ Ref: name }) },
  { tag: '!GetAtt', resolve: (path: string) => ({ 'Fn::GetAtt': path.split('.') }) },
  { tag: '!Sub', resolve: (text: string) => ({ 'Fn::Sub': text }) },
];

export const readText = (file: string): string =>
  readFileSync(join(import.meta.dirname, file), 'utf8');

/** YAML with CloudFormation's short tags, as the framework reads it. */
export const parseYaml = (text: string) => parse(text, { customTags });

/** The resources of a file of this folder. */
export const readResources = (file: string): Resources => parseYaml(readText(file)).Resources;

/** `new-releases` in logical ids: `NewReleases`. */
export const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase());

/** `fetchToken` in logical ids: `FetchToken`. */
export const capitalized = (key: string): string => `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
