import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidInput } from '../../core/errors.ts';
import { shellQuote } from '../../core/terminal/shell-quote.ts';
import { isAlive } from '../../local/process-identity.ts';

const root = resolve(import.meta.dirname, '../..');

/** What `npm start` writes to `<folder>/endpoints.json`; `aws` is missing until it serves. */
export interface LocalEndpoints {
  readonly pid: number;
  readonly aws?: string;
  /** Settings that were given with `--param`. */
  readonly params?: Readonly<Record<string, string>>;
}

/** The folder of the local stage, as `npm start -- --folder` resolves it. */
export const localFolder = (folder: string): string => resolve(root, folder);

/** Reads what the running local stage has written; throws InvalidInput while there is none. */
export function readLocalEndpoints(folder: string): LocalEndpoints & { readonly aws: string } {
  const endpoints = read(folder);
  const option = folder === '.local' ? '' : ` --folder ${shellQuote(folder)}`;
  if (endpoints === undefined) {
    throw new InvalidInput(
      `The local stage is not running: start it with \`npm start -- --keep${option}\`, or name another --stage`,
    );
  }
  const { aws } = endpoints;
  if (aws === undefined) {
    throw new InvalidInput('The local stage is still starting: try again when it serves');
  }
  return { ...endpoints, aws };
}

function read(folder: string): LocalEndpoints | undefined {
  try {
    const file = join(localFolder(folder), 'endpoints.json');
    const endpoints: LocalEndpoints = JSON.parse(readFileSync(file, 'utf8'));
    return isAlive(endpoints) ? endpoints : undefined;
  } catch {
    return undefined;
  }
}
