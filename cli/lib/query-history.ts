import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const MOST = 1_000;

export interface QueryHistory {
  /** Newest first, as readline has it. */
  readonly entries: readonly string[];
  /** For readline's event: the newest line is the first one. */
  onLine(history: string[]): void;
  /** The next line begins another statement. */
  drop(): void;
}

/**
 * Statements of all prompts, oldest first in a file to which each prompt appends. The lines of a statement
 * become one entry, so that arrow up brings all of it back.
 */
export function openHistory(file: string): QueryHistory {
  let past = readHistory(file);
  let open = '';
  return {
    entries: past,
    onLine(history) {
      const [line = ''] = history;
      // What follows a comment on the same line would be a part of it.
      if (open.includes('--')) keep();
      open = open === '' ? line : `${open} ${line.trim()}`;
      history.splice(0, history.length, open, ...past);
      if (/;\s*$/.test(line) || line.startsWith('\\')) keep();
    },
    drop: keep,
  };

  function keep(): void {
    if (open === '') return;
    past = unique([open, ...past]);
    append(file, `${open}\n`);
    open = '';
  }
}

const unique = (entries: readonly string[]) => [...new Set(entries)].slice(0, MOST);

function readHistory(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean).reverse();
    const entries = unique(lines);
    if (lines.length > 2 * MOST) writeFileSync(file, `${[...entries].reverse().join('\n')}\n`);
    return entries;
  } catch {
    return [];
  }
}

function append(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, text, { mode: 0o600 });
  } catch {
    // A folder that cannot be written costs the history, not the prompt.
  }
}
