import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOCAL_STAGE } from '../names.ts';

/** Of every command; `main.ts` declares them. */
export interface GlobalOptions {
  stage: string;
  stack?: true;
}

export function globalOptions(program: Command): Command {
  return program
    .option('--stage <stage>', 'the stage to work on', stageName, LOCAL_STAGE)
    .option('--stack', 'show the stack of an error');
}

export const streamOption = (description: string, name = 'sessions') =>
  new Option('--stream <name>', `${description}: one of the stage, or a full name`).default(name);

function stageName(text: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(text)) return text;
  throw new InvalidArgumentError('A stage is a-z, 0-9 and -, and begins with a letter.');
}

export function wholeNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is not a whole number.');
}

export function positiveNumber(text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new InvalidArgumentError('It is not a number above 0.');
}

export function percent(text: string): number {
  const number = /^\d+(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (number <= 100) return number;
  throw new InvalidArgumentError('It is not a percentage from 0 to 100.');
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?$/;

export const TIME = 'ISO 8601, UTC unless it says otherwise, or an age such as 90s, 15m, 2h, 1d';

/** A time that a person wrote, see TIME. */
export function time(text: string): Date {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (unit !== undefined) return new Date(Date.now() - Number(amount) * (UNITS[unit] as number));
  const [, clock, , , zone] = ISO.exec(text) ?? [];
  const date = new Date(clock !== undefined && zone === undefined ? `${text}Z` : text);
  if (ISO.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError(`It is no time: ${TIME}.`);
}
