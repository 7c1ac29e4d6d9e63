import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { type SpotifyMock, startSpotify } from 'spotify-mock/server.ts';
import { startMiniStack } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { type Account, openAccount } from './account.ts';
import { copyService } from './copy-service.ts';
import { checkDeployRole } from './deploy-role.ts';
import { createDeployedService, type DeployedService } from './deployed-service.ts';
import { type Drop, dropLines } from './drops.ts';
import { expectSettings, type Settings } from './expect-settings.ts';
import { openBuckets } from './lake-reader.ts';
import { isBalanced, type Ledger, ledgerLine } from './ledgers.ts';
import { type PageReader, readPage } from './read-page.ts';
import { secondInterpreter } from './second-interpreter.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, '.local/checks/deploy');

/** The emulator needs no pause between two looks at a crawl, and the mock no pace. */
const DEFAULTS = { crawlerPollSeconds: 1, spotifyRequestsPerSecond: 100 };
const CHANGED: Settings = {
  albumRefreshDays: 7,
  logRetentionDays: 14,
  sessionsMaxAgeSeconds: 21600,
};

const EVENTS = 500;

/** Deploys the service to MiniStack, works with it, redeploys and removes it. */
export async function checkDeployment(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const ministack = await startMiniStack({ folder });
  const spotify = await startSpotify({
    app: 'extended',
    catalog: generateCatalog({ albums: 100, seed: 1 }),
  });
  const buckets = openBuckets(ministack.url);
  try {
    const account = await openAccount(ministack.url);
    const before = await account.contents();
    const serviceFolder = join(folder, 'service');
    copyService(root, serviceFolder, {
      plugin: './checks/deploy/drop-plugin.ts',
      defaults: { ...DEFAULTS, spotifyApiUrl: spotify.url, spotifyAccountsUrl: spotify.url },
    });
    // For the framework's plugin, by whichever command it runs.
    process.env.DROPS_FILE = join(folder, 'drops.json');
    const service = createDeployedService({ root, folder: serviceFolder, account, buckets });
    const reader = await readPage({
      page: join(root, 'docs/operations.md'),
      cwd: serviceFolder,
      folder: join(folder, 'page'),
      url: ministack.url,
    });
    const ledgers = await useService(service, account, reader, spotify).finally(reader.close);
    const left = difference(await account.contents(), before);
    if (left.length > 0) throw new CheckFailed(`docs/operations.md left ${left.join(', ')}`);
    console.log('removed: nothing left');
    console.log(await secondInterpreter(root, join(folder, 'statemachines')));
    console.log(await checkDeployRole(root, serviceFolder, join(folder, 'role')));
    return ledgers;
  } finally {
    buckets.close();
    await spotify.close();
    await ministack.stop();
  }
}

/** Reads the operations page from its first deployment to the last deletion, with work in between. */
async function useService(
  service: DeployedService,
  account: Account,
  page: PageReader,
  spotify: SpotifyMock,
): Promise<string> {
  await page.until('npx tributary logs');
  for (const line of dropLines(
    JSON.parse(readFileSync(process.env.DROPS_FILE as string, 'utf8')) as Drop[],
  )) {
    console.log(line);
  }
  console.log(`deployed: ${service.resourceCount()} resources`);
  const batch = await service.ledgerOfRun('first-run');
  report('batch', batch);
  await page.until('npx tributary simulate');
  report('sessions', await service.sendSessions(EVENTS, 1));
  report('backfill', await service.backfill('first-run', 'backfill-1'));
  const changed = Object.entries(CHANGED).map(([name, value]) => `${name}=${value}`);
  await service.deploy(changed);
  await expectSettings(account.aws, CHANGED);
  console.log(`redeployed: ${changed.join(', ')}`);
  report('batch after redeployment', await service.runBatch('second-run'));
  const sessions = await service.sendSessions(EVENTS, 2);
  report('sessions after redeployment', sessions);
  await finishPage(service, page, spotify);
  return `batch ledger balanced (${ledgerLine(batch)}), session ledger balanced (${ledgerLine(sessions)})`;
}

/** What some commands of the page need beforehand. */
async function finishPage(service: DeployedService, page: PageReader, spotify: SpotifyMock) {
  // A run that is still there when the next command stops it.
  await page.until('npx tributary start');
  spotify.setFaults({
    seed: 1,
    faults: [{ kind: 'slow', endpoint: 'listing', at: 0, times: 1, delayMs: 8_000 }],
  });
  await page.until('npx tributary rebuild');
  spotify.setFaults(undefined);
  await page.until('--resume');
  page.set('rebuild-20261121T060000Z', await service.newestRun('rebuild-'));
  await page.until('npx tributary failed-batches');
  page.set('1f0c2a7b', await service.storeFailedBatch());
  await page.until();
  for (const line of page.summary()) console.log(line);
}

/** Throws where a ledger is not balanced. */
function report(name: string, ledger: Ledger): void {
  console.log(`${name}: ${ledgerLine(ledger)}`);
  if (!isBalanced(ledger)) throw new CheckFailed(`${name}: ${ledgerLine(ledger)}`);
}

const difference = (after: string[], before: string[]): string[] =>
  after.filter((each) => !before.includes(each));
