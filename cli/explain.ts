import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { explain } from '../core/explain/explain.ts';
import type { Finding } from '../core/explain/finding.ts';
import type { Sources } from '../core/explain/sources.ts';
import { renderFacts } from '../core/terminal/facts.ts';
import { widthOf } from '../core/terminal/width.ts';
import { connectKinesis } from './lib/connect-kinesis.ts';
import { streamingBuckets } from './lib/lake-bucket.ts';
import { openLakeObjects } from './lib/lake-objects.ts';
import { print } from './lib/output.ts';
import { type EngineOptions, engineOptions, queryRows } from './lib/run-query.ts';
import { namesOf } from './lib/stage-names.ts';

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
    .argument('<id>', 'of an album, a track, an artist, a run or an event')
    .option('--raw', 'print the whole item or event as it was received')
    .option('--bucket <name>', 'the lake, if it is not the one of the stage');
  engineOptions(command)
    .addHelpText(
      'after',
      `
The stage local needs nothing that serves; only then the source stream can be read, too.

Examples:
  npx tributary explain 4aawyAB9vmqN3uQ7FjRGTy
  npx tributary explain --stage dev \\
    0-49590338271490256608559692538361571095921575989136588898`,
    )
    .action((id: string, _, each: Command) => explainAndPrint(id, each.optsWithGlobals<Options>()));
}

async function explainAndPrint(id: string, options: Options): Promise<void> {
  const sources = await sourcesOf(options);
  const findings = await explain(id, sources).finally(() => sources.stream?.kinesis.destroy());
  if (findings.length === 0) throw new InvalidInput(`No album, track, artist, run or event ${id}`);
  await print(`${findings.map((finding) => textOf(finding, options.raw)).join('\n\n')}\n`);
}

async function sourcesOf(options: Options): Promise<Sources> {
  return {
    lake: await openLakeObjects(options),
    query: (sql) => queryRows(sql, options),
    async segment(name) {
      const { segment } = await streamingBuckets(options);
      return openLakeObjects({ ...options, bucket: segment(name) });
    },
    stream: await sourceStream(options),
  };
}

/** The local stage has streams only while it serves. */
async function sourceStream(options: Options): Promise<Sources['stream']> {
  try {
    const kinesis = connectKinesis(options);
    return { name: (await namesOf(options)).sessionsStream, kinesis };
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}

function textOf({ what, facts, raw }: Finding, isWhole = false): string {
  const shown =
    raw === undefined || isWhole || raw.length <= SHOWN ? raw : `${raw.slice(0, SHOWN)}…`;
  return [
    what,
    ...renderFacts(
      facts.filter(([, value]) => value !== ''),
      widthOf(process.stdout),
    ),
    ...(shown === undefined ? [] : [`  ${shown.replace(/\p{Cc}+/gu, ' ')}`]),
  ].join('\n');
}
