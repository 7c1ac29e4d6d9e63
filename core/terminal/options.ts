import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOCAL_STAGE } from '../names.ts';

/** Which stage a command works on. */
export interface StageOptions {
  readonly stage: string;
  /** Of the stage `local`: where `npm start` keeps the lake and its endpoints. */
  readonly folder: string;
}

/** Of every command; `cli/main.ts` declares them. */
export interface GlobalOptions extends StageOptions {
  readonly stack?: true;
}

export const LOCAL_FOLDER = '.local';

export function globalOptions(program: Command): Command {
  return program
    .option('--stage <stage>', 'the stage to work on', stageName, LOCAL_STAGE)
    .option(
      '--folder <folder>',
      'of the stage local: as given to npm start',
      folderName,
      LOCAL_FOLDER,
    )
    .option('--stack', 'show the stack of an error');
}

export const streamOption = (description: string, name = 'sessions') =>
  new Option('--stream <name>', `${description}: one of the stage, or a full name`).default(name);

const root = resolve(import.meta.dirname, '../..');

/** Whether what is printed will be read and typed in the repository: npm runs its scripts there from any folder. */
export const isInRepository = (): boolean =>
  process.cwd() === root && (process.env.INIT_CWD ?? root) === root;

/**
 * A folder as it was typed: in the repository, where a relative one begins, and elsewhere as the whole path,
 * since all that takes it and all commands that repeat it start from there. An unset variable of a shell is an
 * empty text, which would be the repository itself.
 */
export function folderName(text: string): string {
  if (text.trim() !== '') return isInRepository() ? text : resolve(process.cwd(), text);
  throw new InvalidArgumentError('It names no folder.');
}

export function fileName(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It names no file.');
}

function stageName(text: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(text)) return text;
  throw new InvalidArgumentError('A stage is a-z, 0-9 and -, and begins with a letter.');
}

export function wholeNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is not a whole number.');
}

export const wholeNumberUpTo =
  (most: number) =>
  (text: string): number => {
    const number = wholeNumber(text);
    if (number <= most) return number;
    throw new InvalidArgumentError(`It is above ${most}.`);
  };

/** Of 127.0.0.1; 0 is any that is free. */
export const portNumber = wholeNumberUpTo(65_535);

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
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,3})?)?\s?(?:(Z)|([+-]\d\d):?(\d\d)?)?$/;

export const TIME =
  'YYYY-MM-DD [HH:MM[:SS]] or ISO 8601, in UTC unless it has an offset; epoch seconds; or an age such as 90s, 15m, 2h, 1d';

/** A time that a person wrote, see TIME. */
export function time(text: string): Date {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const age = Number(amount) * (UNITS[unit ?? ''] as number);
  // Before 1970 nothing has happened, and before the year -271,821 there is no Date.
  if (age < Date.now()) return new Date(Date.now() - age);
  // Ten digits: 2001 to 2286. Fewer would rather be a mistake than a time in the last century.
  if (/^\d{10}(\.\d{1,3})?$/.test(text)) return new Date(Math.round(Number(text) * 1_000));
  const date = dateTime(text.trim());
  if (date !== undefined) return date;
  throw new InvalidArgumentError(`It is not a time: ${TIME}.`);
}

function dateTime(text: string): Date | undefined {
  const [, day, clock = '00:00', seconds = ':00', fraction = '', , hours, minutes = '00'] =
    DATE_TIME.exec(text) ?? [];
  if (day === undefined) return undefined;
  const local = `${day}T${clock}${seconds}`;
  const asUtc = new Date(`${local}Z`);
  // Date makes March of 30 February.
  if (Number.isNaN(asUtc.getTime()) || !asUtc.toISOString().startsWith(local)) return undefined;
  const date = new Date(`${local}${fraction}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
