import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptQuery } from '../model/api.ts';

const folder = join(import.meta.dirname, '../../queries');

/** The files of queries/, which are the named queries of the workgroup; a first comment says what for. */
export const keptQueries = (): KeptQuery[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8').trimEnd();
      const name = file.replace(/\.sql$/, '');
      return { name, title: /^-- (.*)$/m.exec(sql)?.[1] ?? name, sql };
    });
