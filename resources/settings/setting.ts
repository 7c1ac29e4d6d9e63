import type { Rule } from './rules.ts';

export type Value = string | number | boolean;

/** The stages that have defaults of their own; any other stage has those of `default`. */
export type StageWithDefaults = 'dev' | 'prod' | 'local';

/** A setting of the service, which `--param "name=value"` sets for a single command. */
export interface Setting {
  /** Undefined: the property of the template is left out. */
  default: Value | undefined;
  stages?: Partial<Record<StageWithDefaults, Value>>;
  rule: Rule;
  /** Instead of `rule` on the stage local, where one machine does the work. */
  localRule?: Rule;
  /** How docs/settings.md shows the default, where the value alone does not tell. */
  shown?: string;
  /** Unit and meaning, as in docs/settings.md. */
  meaning: string;
}

export type Settings = Record<string, Setting>;
