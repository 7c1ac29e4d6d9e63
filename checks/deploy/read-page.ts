import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET } from 'spotify-mock/server.ts';
import { CREDENTIALS, REGION } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { pythonTools } from '../lib/tools.ts';
import { AWS_CLI } from './account.ts';
import { commandsOf, fillIn } from './page-commands.ts';
import { openShell } from './page-shell.ts';

/** What stands in commands for something of the deployment. */
const VALUES: Record<string, string> = {
  '<run_id>': 'first-run',
  '<function>': 'enrichSessions',
};

/** What a person types, by the command that asks for it. */
const TYPED: Record<string, string> = {
  'put client-id': `${LOCAL_CLIENT_ID}\n`,
  'put client-secret': `${LOCAL_CLIENT_SECRET}\n`,
};

/** Seconds after which Ctrl-C ends a command that goes on until then. */
const FOLLOW_SECONDS = 8;

export interface PageOptions {
  page: string;
  /** Where the commands run. */
  cwd: string;
  /** Takes files of the shell. */
  folder: string;
  url: string;
}

/** Runs the commands of a page one after the other, as a person who has only the page. */
export type PageReader = Awaited<ReturnType<typeof readPage>>;

export async function readPage({ page, cwd, folder, url }: PageOptions) {
  const commands = commandsOf(readFileSync(page, 'utf8'));
  mkdirSync(folder, { recursive: true });
  const shell = openShell(cwd, folder, await environmentOf(folder, url));
  const values = { ...VALUES };
  const failures: string[] = [];
  let next = 0;
  let ran = 0;

  /** Runs the commands before the first one that has `text`; all that are left, without it. */
  async function until(text?: string): Promise<void> {
    for (; next < commands.length; next++) {
      const command = commands[next] as (typeof commands)[number];
      if (text !== undefined && command.text.includes(text)) return;
      if (command.notChecked !== undefined) continue;
      const filled = fillIn(command.text, values);
      const followed = / --follow\b/.test(filled);
      const { status, printed } = await shell.run(
        followed ? `timeout --signal=INT ${FOLLOW_SECONDS} ${filled}` : filled,
        { input: TYPED[filled] ?? '' },
      );
      ran += 1;
      if (process.env.VERBOSE) console.log(`$ ${filled}\n${printed}`);
      if (status !== 0 && !(followed && status === 124))
        failures.push(
          `docs/operations.md:${command.line}: ${filled}\nended with ${status}\n${printed}`,
        );
    }
    if (text !== undefined) throw new Error(`No command of the page has ${text}`);
  }

  return {
    until,
    /** What a placeholder stands for from now on. */
    set(placeholder: string, value: string) {
      values[placeholder] = value;
    },
    /** Throws with every command that failed; says how many ran, and why the others did not. */
    summary(): string[] {
      if (failures.length > 0) {
        throw new CheckFailed(
          `${failures.length} commands of docs/operations.md failed\n${failures.join('\n\n')}`,
        );
      }
      const skipped = commands.filter(({ notChecked }) => notChecked !== undefined);
      return [
        `docs/operations.md: ${ran} commands ran as written, ${skipped.length} are marked`,
        ...skipped.map(({ line, text, notChecked }) => `  line ${line}: ${text}: ${notChecked}`),
      ];
    },
    close: () => shell.close(),
  };
}

/** The profile that the page names, in files of the check's own. */
async function environmentOf(folder: string, url: string): Promise<NodeJS.ProcessEnv> {
  const bin = await pythonTools(...AWS_CLI);
  const [config, credentials] = [join(folder, 'aws-config'), join(folder, 'aws-credentials')];
  writeFileSync(config, `[profile your-profile]\nregion = ${REGION}\n`);
  writeFileSync(
    credentials,
    `[your-profile]\naws_access_key_id = ${CREDENTIALS.accessKeyId}\naws_secret_access_key = ${CREDENTIALS.secretAccessKey}\n`,
  );
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(inherited),
    PATH: [bin, process.env.PATH].join(delimiter),
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    AWS_ENDPOINT_URL: url,
    AWS_PAGER: '',
  };
}
