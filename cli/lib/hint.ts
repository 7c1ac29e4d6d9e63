import { LOCAL_STAGE } from '../../core/names.ts';
import { LOCAL_FOLDER, type StageOptions } from '../../core/terminal/options.ts';
import { shellQuote } from '../../core/terminal/shell-quote.ts';

/** A command to try next, with the options of this one. */
export function hint(command: string, { stage, folder }: StageOptions): string {
  // Without `npm link`, only npx finds the command.
  const words = ['npx', 'tributary', command];
  if (stage !== LOCAL_STAGE) words.push('--stage', stage);
  if (folder !== LOCAL_FOLDER) words.push('--folder', shellQuote(folder));
  return `\`${words.join(' ')}\``;
}
