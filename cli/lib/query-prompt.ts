import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { errorLine } from './error-line.ts';
import { print } from './output.ts';
import { completeSql, type Schema } from './sql-completion.ts';

export interface Prompt {
  /** Prints the result of a statement; what it throws is printed. */
  readonly run: (sql: string) => Promise<void>;
  readonly schema: Schema;
  readonly historyFile: string;
}

const HELP = `Ends a query: ;    Tables: \\d    Columns: \\d <table>    Leave: \\q or Ctrl-D
`;
const HISTORY = 1_000;

/** Reads SQL from the terminal, with history and completion, and runs each statement, until Ctrl-D. */
export async function promptForQueries({ run, schema, historyFile }: Prompt): Promise<void> {
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    history: readHistory(historyFile),
    historySize: HISTORY,
    removeHistoryDuplicates: true,
    completer: (line: string) => completeSql(line, schema),
  });
  terminal.on('history', (history: string[]) => writeHistory(historyFile, history));
  await print(HELP);
  let statement = '';
  let isRunning = false;
  const ask = () => {
    terminal.setPrompt(statement === '' ? 'tributary> ' : '       ... ');
    terminal.prompt();
  };
  // Ctrl-C stops the query that runs, or drops what is typed, as a shell does.
  terminal.on('SIGINT', () => {
    if (isRunning) {
      process.emit('SIGINT');
      return;
    }
    statement = '';
    terminal.write(null, { ctrl: true, name: 'e' });
    terminal.write(null, { ctrl: true, name: 'u' });
    process.stdout.write('\n');
    ask();
  });
  ask();
  for await (const line of terminal) {
    if (statement === '' && line.trim().startsWith('\\')) {
      if (line.trim() === '\\q') break;
      await print(describe(line.trim(), schema));
    } else {
      statement += statement === '' ? line : `\n${line}`;
      if (/;\s*$/.test(statement)) {
        const sql = statement;
        statement = '';
        isRunning = true;
        await run(sql).catch((error) => print(`${errorLine(error)}\n`));
        isRunning = false;
        process.exitCode = 0;
      }
      if (statement.trim() === '') statement = '';
    }
    ask();
  }
  terminal.close();
}

function describe(command: string, schema: Schema): string {
  const [, table] = /^\\d\s+(\S+?);?$/.exec(command) ?? [];
  if (command === '\\d') return `${[...schema.keys()].join('\n')}\n`;
  if (table === undefined) return HELP;
  return `${schema.get(table)?.join('\n') ?? `There is no table ${table}: \\d shows them`}\n`;
}

/** Newest first, as readline has it; the file has the oldest first. */
function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).reverse();
  } catch {
    return [];
  }
}

function writeHistory(file: string, history: readonly string[]): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${[...history].reverse().join('\n')}\n`, { mode: 0o600 });
  } catch {
    // A folder that cannot be written costs the history, not the prompt.
  }
}
