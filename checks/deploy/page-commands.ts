import { spawnSync } from 'node:child_process';

/** A shell command of a page, as it is written there. */
export interface PageCommand {
  line: number;
  text: string;
  /** Whether it is part of a sentence or a table. */
  inText: boolean;
  /** Why the check cannot run it, as the page says beside it. */
  notChecked?: string;
}

const AT_END = /\s*# Not checked: (.+)$/;
const ABOVE = /^\s*<!-- Not checked: (.+) -->$/;
/** Code within a sentence or a table is a command if it begins with a program. */
const INLINE = /`((?:npx|aws|put) [^`]+)`/g;

/**
 * The commands of a Markdown page, in its order: those of the `sh` blocks, and those within its text.
 * `# Not checked: <why>` at the end of a command marks one, `<!-- Not checked: <why> -->` above a
 * paragraph or a table marks all of it. A command in a text that the page repeats further down is left
 * to that place.
 */
export function commandsOf(markdown: string): PageCommand[] {
  const commands: PageCommand[] = [];
  let block: { line: number; lines: string[] } | undefined;
  let above: string | undefined;
  for (const [i, text] of markdown.split('\n').entries()) {
    if (block) {
      if (text.trim() === '```') {
        commands.push(...splitBlock(block.lines, block.line));
        block = undefined;
      } else block.lines.push(text);
    } else if (/^\s*```sh$/.test(text)) block = { line: i + 2, lines: [] };
    else if (ABOVE.test(text)) above = ABOVE.exec(text)?.[1];
    else if (text.trim() === '') above = undefined;
    else {
      for (const [, command = ''] of text.matchAll(INLINE)) {
        commands.push({
          line: i + 1,
          text: command,
          inText: true,
          ...(above && { notChecked: above }),
        });
      }
    }
  }
  return commands.filter(
    ({ text, inText }, i) => !inText || !commands.slice(i + 1).some((later) => later.text === text),
  );
}

/** A command may take several lines: it ends with the first line that makes it complete. */
function splitBlock(lines: readonly string[], firstLine: number): PageCommand[] {
  const commands: PageCommand[] = [];
  let open: string[] = [];
  for (const [i, line] of lines.entries()) {
    open.push(line);
    const text = open.join('\n');
    if (text.trim() === '') open = [];
    else if (isComplete(text)) {
      const notChecked = AT_END.exec(text)?.[1];
      const command = {
        inText: false,
        line: firstLine + i - open.length + 1,
        text: text.replace(AT_END, '').trim(),
      };
      commands.push(notChecked === undefined ? command : { ...command, notChecked });
      open = [];
    }
  }
  if (open.length > 0) throw new Error(`No complete command: ${open.join('\n')}`);
  return commands;
}

const isComplete = (text: string): boolean =>
  !text.endsWith('\\') && spawnSync('bash', ['-n', '-c', text]).status === 0;

/** Throws where a placeholder such as `<run_id>` has no value. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  let filled = text;
  for (const [placeholder, value] of Object.entries(values)) {
    filled = filled.replaceAll(placeholder, value);
  }
  const [left] = /<[a-z][a-z_-]*>/.exec(filled) ?? [];
  if (left !== undefined) throw new Error(`No value for ${left} of: ${text}`);
  return filled;
}
