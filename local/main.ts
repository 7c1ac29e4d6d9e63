import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { RuleStart } from 'local-aws/events/triggers.ts';
import { readService } from 'local-aws/service/service.ts';
import { readCatalog } from 'spotify-mock/catalog.ts';
import { readFaultPlan } from 'spotify-mock/faults.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { messageOfCause } from '../core/error-cause.ts';
import { InvalidInput, TributaryError } from '../core/errors.ts';
import { wholeNumber } from '../core/terminal/options.ts';
import { claimFolder } from './claim-folder.ts';
import { packageWithProgress } from './packaging-progress.ts';
import { createProgress } from './progress.ts';
import { prepareSamples } from './sample-events.ts';
import { isBalanced, simulateSessions } from './simulate-sessions.ts';
import { type Stage, startStage } from './stage.ts';
import { printLedger, printSummary } from './summary.ts';

const root = resolve(import.meta.dirname, '..');

interface Options {
  app: 'extended' | 'development';
  catalog?: string;
  albums: number;
  seed: number;
  faults?: string;
  latency: number;
  sessions: number;
  folder: string;
  fresh?: true;
  keep?: true;
  param: string[];
  wrongSecret?: true;
  stack?: true;
}

const command = new Command('npm start --')
  .description('Runs the whole pipeline on this machine: no account, no Docker, no network')
  .addOption(
    new Option('--app <kind>', 'the kind of app that the stand-in for Spotify takes us for')
      .choices(['extended', 'development'])
      .default('extended'),
  )
  .addOption(
    new Option('--catalog <file>', 'albums and tracks to serve, as JSON').conflicts('albums'),
  )
  .option('--albums <count>', 'how many albums to make up instead', wholeNumber, 100)
  .option('--seed <number>', 'the same seed makes up the same albums', wholeNumber, 1)
  .option('--faults <file>', 'a plan of faults, as JSON')
  .option('--latency <ms>', 'of each request to Spotify', wholeNumber, 0)
  .option('--sessions <count>', 'how many session events to send', wholeNumber, 1_000)
  .option('--folder <folder>', 'where the lake, the logs and the catalogue go', '.local')
  .option('--fresh', 'begin with an empty lake')
  .option('--keep', 'go on serving after the run, until Ctrl-C')
  .option(
    '--param <name=value>',
    'a setting of serverless.yml; may be repeated',
    (value: string, all: string[]) => [...all, value],
    [],
  )
  .option('--wrong-secret', 'store a client secret that Spotify does not know')
  .option('--stack', 'show the stack of an error');

/** Runs both halves and says how it went; false when one failed. */
async function runOnce(stage: Stage, { sessions, seed }: Options): Promise<boolean> {
  const now = new Date();
  const runId = `local-${now
    .toISOString()
    .replace(/[^0-9]/g, '')
    .slice(0, 17)}`;
  console.log(`\nRun ${runId} of ingest-new-releases`);
  const execution = await stage.runBatch(runId, { onEvent: createProgress() });
  if (execution.status === 'FAILED') {
    console.error(
      `\nThe run failed: ${execution.error}: ${messageOfCause(execution.cause ?? 'no cause')}`,
    );
    return false;
  }
  let balanced = true;
  if (sessions > 0) {
    console.log(`\nSending ${sessions} session events through the streams …`);
    const ledger = await simulateSessions(stage, sessions, seed);
    printLedger(ledger);
    balanced = isBalanced(ledger);
  }
  await printSummary(stage, execution);
  return balanced;
}

/** A line as a rule starts an execution, and one as it ends. */
function tellStart({ rule, name, key, ended }: RuleStart): void {
  console.log(`\n${key} has loaded: ${rule} starts execution ${name}`);
  ended.then(
    ({ status, error, cause }) =>
      console.log(
        `${status}: ${name}${error ? `: ${error}: ${messageOfCause(cause ?? 'no cause')}` : ''}`,
      ),
    ({ message }: Error) => console.error(`Not started: ${name}: ${message}`),
  );
}

async function main(options: Options): Promise<boolean> {
  const folder = resolve(root, options.folder);
  // What can be wrong in the input is found before anything is started or written.
  const catalog = options.catalog
    ? readCatalog(options.catalog)
    : generateCatalog({ albums: options.albums, seed: options.seed });
  const faults = options.faults ? readFaultPlan(options.faults) : undefined;
  const bad = options.param.find((param) => !/^\w+=/.test(param));
  if (bad !== undefined) throw new InvalidInput(`--param takes name=value, not '${bad}'`);

  const claim = claimFolder(folder);
  const packaged = await packageWithProgress(root, options.param);
  const service = readService(packaged);
  const stage = await startStage({
    service,
    folder,
    streaming: true,
    spotify: { app: options.app, catalog, faults, latencyMs: options.latency },
    rules: {
      onStart: tellStart,
      onFailedStart: ({ queueArn, reason }) => console.error(`${reason}: kept in ${queueArn}`),
    },
    ...(options.wrongSecret && { clientSecret: 'wrong' }),
  });
  if (options.fresh) stage.emptyLake();
  const params = options.param.map((param) => param.split(/=(.*)/s, 2));
  claim.publish({ ...stage.endpoints, params: Object.fromEntries(params) });
  const end = async () => {
    claim.release();
    await stage.close();
  };
  process.once('SIGINT', () => void end().then(() => process.exit(options.keep ? 0 : 130)));
  process.once('SIGTERM', () => void end().then(() => process.exit(143)));

  const succeeded = await runOnce(stage, options);
  if (options.keep) {
    if (succeeded) await prepareSamples(root, stage.lambda);
    console.log(`
Serving until Ctrl-C: AWS on ${stage.endpoints.aws}, Spotify on ${stage.endpoints.spotify}
  npx sls invoke local --stage local -f fetchToken --path test/events/fetch-token.json`);
    return new Promise(() => {});
  }
  await end();
  return succeeded;
}

const options = command.parse().opts<Options>();
try {
  process.exitCode = (await main(options)) ? 0 : 1;
} catch (error) {
  const isInvalid = error instanceof TributaryError || (error as Error).name === 'InvalidInput';
  if (options.stack || !isInvalid) throw error;
  command.error(`${(error as Error).message} (--stack shows where)`);
}
