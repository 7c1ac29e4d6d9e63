import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LOCAL_CLIENT_ID, LOCAL_CLIENT_SECRET } from 'spotify-mock/server.ts';
import { CREDENTIALS, REGION } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { pythonTools } from '../lib/tools.ts';
import { AWS_CLI } from './account.ts';
import { commandsOf, fillIn, type PageCommand } from './page-commands.ts';
import { openShell } from './page-shell.ts';

/** Placeholders of the page, and what they mean in this deployment. */
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
/** The exit status of `timeout` that ended a command. */
const TIMED_OUT = 124;

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
  let next = 0;
  let ran = 0;

  /** Returns what a command printed where it failed. */
  async function failureOf({ line, text }: PageCommand): Promise<string | undefined> {
    const filled = fillIn(text, values);
    const isFollowed = / --follow\b/.test(filled);
    const { status, printed } = await shell.run(
      isFollowed ? `timeout --signal=INT ${FOLLOW_SECONDS} ${filled}` : filled,
      { input: TYPED[filled] ?? '' },
    );
    ran += 1;
    if (process.env.VERBOSE) console.log(`$ ${filled}\n${printed}`);
    if (status === 0 || (isFollowed && status === TIMED_OUT)) return undefined;
    return `docs/operations.md:${line}: ${filled}\nended with ${status}\n${printed}`;
  }

  /**
   * Runs the commands before the first one that has `text`; all that are left, without it. Throws with
   * every one of them that failed.
   */
  async function until(text?: string): Promise<void> {
    const found = commands.findIndex((each, i) => i >= next && text && each.text.includes(text));
    if (text && found === -1) throw new Error(`No further command of the page has ${text}`);
    const failures: string[] = [];
    for (const command of commands.slice(next, text ? found : commands.length)) {
      next += 1;
      if (command.notChecked !== undefined) continue;
      const failure = await failureOf(command);
      if (failure !== undefined) failures.push(failure);
    }
    if (failures.length === 0) return;
    throw new CheckFailed(
      `${failures.length} commands of docs/operations.md failed\n${failures.join('\n\n')}`,
    );
  }

  return {
    until,
    /** What a placeholder stands for from now on. */
    set(placeholder: string, value: string) {
      values[placeholder] = value;
    },
    /** How many commands ran, and why the others did not. */
    summary(): string[] {
      const skipped = commands.filter(({ notChecked }) => notChecked !== undefined);
      const byReason = Map.groupBy(skipped, ({ notChecked }) => notChecked);
      return [
        `docs/operations.md: ${ran} commands ran as written, ${skipped.length} are marked`,
        ...[...byReason].map(
          ([why, each]) =>
            `  not checked: ${why} (line ${each.map(({ line }) => line).join(', ')})`,
        ),
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
