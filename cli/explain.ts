import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { explainEvent, isEventId } from './lib/explain-event.ts';
import { explainItem } from './lib/explain-item.ts';
import type { Finding } from './lib/finding.ts';
import { openLakeObjects } from './lib/lake-objects.ts';
import { print } from './lib/output.ts';
import { type EngineOptions, engineOptions } from './lib/run-query.ts';

interface Options extends EngineOptions {
  bucket?: string;
  raw?: true;
}

/** Characters of an item that are printed without --raw. */
const SHOWN = 400;

export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('Shows where a row is from: raw object, page, request and run, or shard and bytes')
    .argument('<id>', 'of an album, a track, an artist or an event')
    .option('--raw', 'print the whole item or event as it was received')
    .option('--bucket <name>', 'the lake, if it is not the one of the stage');
  engineOptions(command)
    .addHelpText(
      'after',
      `
The stage local needs nothing that serves; only then the source stream can be read, too.

Examples:
  tributary explain 4aawyAB9vmqN3uQ7FjRGTy
  tributary explain --stage dev 0-49590338271490256608559692538361571095921575989136588898`,
    )
    .action((id: string, _, each: Command) => explain(id, each.optsWithGlobals<Options>()));
}

async function explain(id: string, options: Options): Promise<void> {
  const findings = await explainId(id, options);
  if (findings.length === 0) throw new InvalidInput(`No album, track, artist or event ${id}`);
  await print(`${findings.map((finding) => textOf(finding, options.raw)).join('\n\n')}\n`);
}

/** The way back from an id, for any front end; empty where nothing has it. */
export async function explainId(id: string, options: Options): Promise<Finding[]> {
  if (isEventId(id)) return explainEvent(id, options);
  // It becomes part of SQL.
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(id)) throw new InvalidInput(`${id} is no id`);
  return explainItem(id, await openLakeObjects(options), options);
}

function textOf({ what, facts, raw }: Finding, isWhole = false): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  const shown =
    raw === undefined || isWhole || raw.length <= SHOWN ? raw : `${raw.slice(0, SHOWN)}…`;
  return [
    what,
    ...facts
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...(shown === undefined ? [] : [`  ${shown.replace(/\p{Cc}+/gu, ' ')}`]),
  ].join('\n');
}
