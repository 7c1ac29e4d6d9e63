import { flushCompileCache } from 'node:module';
import { resolve } from 'node:path';
import type { RuleStart } from 'local-aws/events/triggers.ts';
import { readService } from 'local-aws/service/service.ts';
import { readCatalog } from 'spotify-mock/catalog.ts';
import { readFaultPlan } from 'spotify-mock/faults.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { messageOfCause } from '../core/error-cause.ts';
import { InvalidInput } from '../core/errors.ts';
import { LOCAL_STAGE } from '../core/names.ts';
import { checkSettings } from '../resources/settings/check.ts';
import { SETTINGS } from '../resources/settings/table.ts';
import { claimFolder } from './claim-folder.ts';
import { createDiskNotice } from './disk-notice.ts';
import type { Interrupt } from './interrupt.ts';
import { showWhile } from './live-line.ts';
import type { Options } from './options.ts';
import { checkStore } from './package-store.ts';
import { packageWithProgress } from './packaging-progress.ts';
import { proxyEnvironment } from './proxy-environment.ts';
import type { Stage } from './stage.ts';

/** Claims the folder, packages, and starts everything that the options ask for. */
export async function openStage(
  root: string,
  options: Options,
  interrupt: Interrupt,
): Promise<Stage> {
  const folder = resolve(root, options.folder);
  // What can be wrong in the input is found before anything is started or written.
  const given = options.param ?? [];
  checkSettings({ stage: LOCAL_STAGE, params: given });
  const catalog = options.catalog
    ? readCatalog(options.catalog)
    : generateCatalog({ albums: options.albums, seed: options.seed });
  const faults = options.faults ? readFaultPlan(options.faults) : undefined;
  const credentials = options.real ? takeCredentials() : undefined;
  const proxy = options.real ? proxyEnvironment(process.env) : undefined;
  const params = [...given, ...(options.real ? realSettings(given) : [])];
  const settings = Object.fromEntries(params.map((param) => param.split(/=(.*)/s, 2)));

  // Before the folder, which is in the clone by default: another one would not help.
  checkStore(root);
  const claim = claimFolder(folder);
  interrupt.onEnd(claim.release);
  // Whatever ends the process, no address stays behind.
  process.once('exit', claim.release);
  const kept = `Kept: the lake in ${options.folder} as it was.`;
  interrupt.during({ name: 'packaging', kept });
  const packaging = packageWithProgress(
    root,
    // An address is set as the functions start: the package is the same for each.
    params.filter((param) => !/^spotify(Api|Accounts)Url=/.test(param)),
    interrupt.signal,
  );
  interrupt.onEnd(() =>
    packaging.then(
      () => {},
      () => {},
    ),
  );
  // Meanwhile one core has nothing to do: what serves is loaded, and what was compiled of it is written.
  const loading = Promise.all([import('./stage.ts'), import('./samples.ts')]);
  loading.then(
    () => flushCompileCache(),
    () => {},
  );
  const packaged = await packaging;
  const [{ startStage }, { prepareSamples, SAMPLES_BUCKET, SAMPLES_STREAM, withSamples }] =
    await loading;
  interrupt.during({ name: 'starting', kept });
  const service = readService(packaged);
  const starting = startStage({
    service: withSamples(service),
    folder,
    streaming: service.streaming.streams.length > 0,
    onUnwritable: createDiskNotice(options.folder),
    spotify: { app: options.app, catalog, faults, latencyMs: options.latency },
    rules: {
      onStart: printStart,
      onFailedStart: ({ queueArn, reason }) => console.error(`${reason}: kept in ${queueArn}`),
    },
    environment: {
      ...(settings.spotifyApiUrl && { SPOTIFY_API_URL: settings.spotifyApiUrl }),
      ...(settings.spotifyAccountsUrl && { SPOTIFY_ACCOUNTS_URL: settings.spotifyAccountsUrl }),
    },
    ...(proxy && { proxy }),
    ...credentials,
    ...(options.wrongSecret && { clientSecret: 'wrong' }),
  });
  const { signal } = interrupt;
  const stage = await showWhile('Starting the stage', starting, { signal });
  interrupt.onEnd(() => stage.close());
  if (options.fresh) {
    stage.emptyLake();
    interrupt.during({ name: 'starting', kept: `The lake in ${options.folder} is empty.` });
  }
  if (options.keep) {
    // Serving does not depend on them.
    const preparing = prepareSamples(root, { packaged, service, lakeFolder: stage.lakeFolder });
    await showWhile('Preparing the samples of test/events', preparing, { signal }).catch(
      ({ message }: Error) => console.error(`The samples of test/events are not ready: ${message}`),
    );
  }
  claim.publish({
    aws: stage.endpoints.aws,
    spotify: settings.spotifyApiUrl ?? stage.endpoints.spotify,
    spotifyAccounts: settings.spotifyAccountsUrl ?? stage.endpoints.spotifyAccounts,
    lakeBucket: SAMPLES_BUCKET,
    writtenStreams: SAMPLES_STREAM,
    params: settings,
  });
  return stage;
}

/** A line as a rule starts an execution, and one as it ends. */
function printStart({ rule, name, key, ended }: RuleStart): void {
  console.log(`\n${key} was stored: ${rule} starts execution ${name}`);
  ended.then(
    ({ status, error, cause }) =>
      console.log(
        `${status}: ${name}${error ? `: ${error}: ${messageOfCause(cause ?? 'no cause')}` : ''}`,
      ),
    ({ message }: Error) => console.error(`Not started: ${name}: ${message}`),
  );
}

/** Read once, and taken out of the environment: no process that is started inherits them. */
function takeCredentials(): { clientId: string; clientSecret: string } {
  const { SPOTIFY_CLIENT_ID: clientId, SPOTIFY_CLIENT_SECRET: clientSecret } = process.env;
  if (!clientId || !clientSecret) {
    throw new InvalidInput(
      '--real needs SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET in the environment: those of an app on developer.spotify.com',
    );
  }
  delete process.env.SPOTIFY_CLIENT_ID;
  delete process.env.SPOTIFY_CLIENT_SECRET;
  return { clientId, clientSecret };
}

/** What the stage local sets about Spotify for the mock, as the other stages have it. */
function realSettings(given: string[]): string[] {
  return Object.entries(SETTINGS)
    .filter(([name, { stages }]) => name.startsWith('spotify') && stages?.local !== undefined)
    .filter(([name]) => !given.some((param) => param.startsWith(`${name}=`)))
    .map(([name, setting]) => `${name}=${setting.default}`);
}
