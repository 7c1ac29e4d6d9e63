import type { Command } from 'commander';
import { InvalidInput } from '../../core/errors.ts';
import { LOCAL_STAGE } from '../../core/names.ts';
import type { GlobalOptions } from '../../core/terminal/options.ts';
import { createStatusLine } from '../../core/terminal/status-line.ts';
import { stopOnInterrupt } from './output.ts';
import { type Answer, type Format, formatOption, printResult } from './query-result.ts';
import { sizeOf } from './size.ts';

/** Of every command that asks the lake. */
export interface AskOptions extends GlobalOptions {
  format: Format;
  folder: string;
  workgroup?: string;
  database?: string;
}

export const askOptions = (command: Command): Command =>
  command
    .addOption(formatOption())
    .option('--folder <folder>', 'for the stage local: where npm start put the lake', '.local')
    .option('--workgroup <name>', 'of Athena, if it is not the one of the stage')
    .option('--database <name>', 'of the Glue catalogue, if it is not the one of the stage');

/** Asks the lake of the stage and prints the answer: by Athena, or by DuckDB for the stage local. */
export async function askAndPrint(sql: string, options: AskOptions): Promise<void> {
  const answer = await (options.stage === LOCAL_STAGE
    ? askLocally(sql, options)
    : askInAccount(sql, options));
  if (answer) await printResult(answer, options.format);
}

/** Engines are loaded as they are asked: the other commands start without them. */
async function askLocally(sql: string, { folder }: AskOptions): Promise<Answer> {
  const { askLocal } = await import('../../local/query-lake.ts');
  return askLocal(sql, folder);
}

/** Names of resources/catalog.yml, by the parameters of serverless.yml. */
const workgroupOf = (stage: string): string => `tributary-${stage}`;
const databaseOf = (stage: string): string => `tributary_${stage}`;

async function askInAccount(sql: string, options: AskOptions): Promise<Answer | undefined> {
  if (!isQuestion(sql)) {
    throw new InvalidInput('Only a SELECT answers here: the tables belong to the pipeline');
  }
  const { stage, workgroup = workgroupOf(stage), database = databaseOf(stage) } = options;
  const { askAthena, connectAthena } = await import('./query-athena.ts');
  const signal = stopOnInterrupt();
  const line = createStatusLine();
  const start = performance.now();
  const query = { sql: withoutSemicolon(sql), workgroup, database };
  const answer = await askAthena(connectAthena(), query, {
    signal,
    onProgress(state, scannedBytes) {
      const seconds = ((performance.now() - start) / 1_000).toFixed(1);
      line.show(`${state}, ${seconds} s, ${sizeOf(scannedBytes)} scanned`);
    },
  }).finally(line.clear);
  if (!answer) process.stderr.write('The query is stopped\n');
  return answer;
}

const COMMENTS = /^(\s+|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)+/;
const QUESTION = /^(\(|(select|with|values|table|show|describe|desc|explain(?!\s+analyze))\b)/i;

/** Athena would also drop a table, for whoever may. */
export const isQuestion = (sql: string): boolean => QUESTION.test(sql.replace(COMMENTS, ''));

const withoutSemicolon = (sql: string): string => sql.replace(/[;\s]+$/, '');
