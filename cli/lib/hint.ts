import { LOCAL_STAGE } from '../../core/names.ts';
import { LOCAL_FOLDER, type StageOptions } from '../../core/terminal/options.ts';

/** A command to try next, with the options of this one. */
export function hint(command: string, { stage, folder }: StageOptions): string {
  const words = ['tributary', command];
  if (stage !== LOCAL_STAGE) words.push('--stage', stage);
  if (folder !== LOCAL_FOLDER) words.push('--folder', folder);
  return `\`${words.join(' ')}\``;
}
