import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { errorLine } from './error-line.ts';
import { openHistory } from './query-history.ts';
import { completeSql, type Schema } from './sql-completion.ts';

export interface Prompt {
  readonly input: Readable;
  readonly output: Writable;
  /** Prints the result of a statement; what it throws is printed. */
  readonly run: (sql: string) => Promise<void>;
  readonly schema: Schema;
  readonly historyFile: string;
}

const HELP = `Ends a query: ;    Tables: \\d    Columns: \\d <table>    Leave: \\q or Ctrl-D
`;

/** Reads SQL from a terminal, with history and completion, and runs each statement, until Ctrl-D. */
export async function promptForQueries(prompt: Prompt): Promise<void> {
  const { input, output, run, schema, historyFile } = prompt;
  const history = openHistory(historyFile);
  const terminal = createInterface({
    input,
    output,
    terminal: true,
    history: [...history.entries],
    historySize: Number.POSITIVE_INFINITY,
    completer: (line: string) => completeSql(line, schema),
  });
  terminal.on('history', history.onLine);
  output.write(HELP);
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
    history.drop();
    terminal.write(null, { ctrl: true, name: 'e' });
    terminal.write(null, { ctrl: true, name: 'u' });
    output.write('\n');
    ask();
  });
  ask();
  for await (const line of terminal) {
    if (statement === '' && line.trim().startsWith('\\')) {
      if (line.trim() === '\\q') break;
      output.write(describe(line.trim(), schema));
    } else {
      statement += statement === '' ? line : `\n${line}`;
      if (/;\s*$/.test(statement)) {
        const sql = statement;
        statement = '';
        isRunning = true;
        try {
          await run(sql);
        } catch (error) {
          output.write(`${errorLine(error)}\n`);
        }
        isRunning = false;
        process.exitCode = 0;
      }
      if (statement.trim() === '') statement = '';
    }
    ask();
  }
  history.drop();
  terminal.close();
}

function describe(command: string, schema: Schema): string {
  const [, table] = /^\\d\s+(\S+?);?$/.exec(command) ?? [];
  if (command === '\\d') return `${[...schema.keys()].join('\n')}\n`;
  if (table === undefined) return HELP;
  return `${schema.get(table)?.join('\n') ?? `There is no table ${table}: \\d shows them`}\n`;
}
