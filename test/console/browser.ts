import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** `describe` where a browser is installed; elsewhere the tests are skipped, and a line says so. */
export const describeInBrowser: typeof describe = ((name: string, tests: () => void) => {
  if (CHROMIUM) return describe(name, tests);
  process.stderr.write(`Skipped, for there is no Chromium (apt-get install chromium): ${name}\n`);
  return describe.skip(name, tests);
}) as typeof describe;

/**
 * Chromium loads the suggestions of its address bar for each window, and a renderer for the next page: more
 * CPU than the page under test takes. This list replaces Playwright's own, whose entries follow.
 */
const UNUSED = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'SpareRendererForSitePerProcess',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${UNUSED.join()}`,
  // A page lives for a second or two: compilers that optimize take more CPU than they save, a fifth for axe.
  '--js-flags=--no-opt,--no-maglev',
];

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? '', args: FLAGS });

export interface Opened {
  page: Page;
  /** What the page complained of: errors, and what its content security policy refused. */
  complaints: string[];
  close(): Promise<void>;
}

export interface Look {
  width?: number;
  scheme?: 'light' | 'dark';
}

export async function open(
  browser: Browser,
  address: string,
  { width = 1440, scheme = 'light' }: Look = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    hasTouch: width < 600,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => {
    if (line.type() === 'error' || /content security/i.test(line.text()))
      complaints.push(line.text());
  });
  await page.goto(address);
  return { page, complaints, close: () => context.close() };
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe finds wrong on the page, a line each. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Over the debugger's connection: the page's own policy lets no foreign script in.
  const isThere = await page.evaluate(() => Reflect.has(globalThis, 'axe'));
  if (!isThere) await page.evaluate(readFileSync(axePath, 'utf8'));
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe has put itself there
    const { violations } = await (globalThis as any).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      // Of what passes, axe need not describe each element.
      resultTypes: ['violations'],
    });
    return violations.flatMap(
      (violation: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        violation.nodes.map(
          ({ html, failureSummary }) =>
            `${violation.id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 200)}`,
        ),
    );
  });
}
