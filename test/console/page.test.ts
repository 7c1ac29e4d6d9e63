import type { Browser } from 'playwright-core';
import { describeInBrowser, launch, type Opened, open, violationsOf } from './browser.ts';
import { describeLargeRun } from './large-run.ts';
import { PANELS, show } from './panels.ts';
import { HOSTILE } from './seeded-account.ts';
import { type Served, serveSeeded } from './start.ts';

const RUNS = [{ missing: {} }, { missing: { 5: 'IncompleteTracks' } }, {}];

describeInBrowser('the page', () => {
  let served: Served;
  let browser: Browser;
  beforeAll(async () => {
    served = await serveSeeded({ runs: RUNS });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  describe('loaded anew', () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open(browser, 'about:blank');
    });
    afterAll(() => opened?.close());
    // A page of its own for each test takes twice the CPU. All that one leaves in the browser is its cookie.
    beforeEach(async () => {
      opened.complaints.length = 0;
      await opened.page.goto(served.server.address);
    });
    afterEach(async () => {
      expect(opened.complaints).toEqual([]);
      const left = () => [document.cookie, localStorage.length, sessionStorage.length];
      expect(await opened.page.evaluate(left)).toEqual(['', 0, 0]);
    });

    it('says at once why the last run was PARTIAL, what was rejected and who is behind', async () => {
      const glance = opened.page.locator('.overview');
      await glance
        .getByText('3 albums of 80 missing: ServiceUnavailable 2, ResourceNotFound 1')
        .waitFor();
      await glance.getByText(/invalid-quantity \d+, 4 other reasons/).waitFor();
      await glance.getByText(/international 2 min \d+ s behind/).waitFor();
      await glance.getByText('adds up').waitFor();
    });

    it('keeps no token in its address', async () => {
      expect(opened.page.url()).not.toContain('token');
    });

    it('follows an address that changes as the page is first drawn', async () => {
      const { page } = opened;
      const change = await page.addInitScript(() => {
        const watch = new MutationObserver(() => {
          if (!document.querySelector('main')) return;
          watch.disconnect();
          location.hash = '#/history';
        });
        watch.observe(document, { childList: true, subtree: true });
      });
      await page.reload();
      await page.locator('.bar').first().waitFor();
      expect(await page.title()).toBe('History · Tributary');
      await change.dispose();
    });

    it('lights the states, shows each album and what a state was given and logged', async () => {
      const { page } = opened;
      await show(page, 'run');
      await page.getByRole('button', { name: /^TransformBatch: succeeded, 1\.\d s/ }).click();
      await page.getByRole('heading', { name: 'TransformBatch' }).waitFor();
      await page.getByText('"manifestKey"').first().waitFor();
      await page.getByText('1 log line').waitFor();
      expect(await page.getByRole('button', { name: /: loaded$/ }).count()).toBe(57);
      await page
        .getByRole('button', { name: 'Album00000000000000003: missing, ResourceNotFound' })
        .click();
      await page.getByText('The calls that report album').waitFor();
      await page.getByText('"reason": "ResourceNotFound"').waitFor();
    });

    it('opens the manifest of a run with each missing album and its reason', async () => {
      const { page } = opened;
      await show(page, 'history');
      await page.getByRole('button', { name: /1 album of 80 missing: IncompleteTracks 1/ }).click();
      await page.getByRole('row', { name: 'Album00000000000000005 IncompleteTracks' }).waitFor();
      await page.getByText('80 = 59 loaded + 20 skipped + 1 missing').waitFor();
      await page.getByText('4 values of another type').waitFor();
    });

    it('filters and pauses the last events of a stream', async () => {
      const { page } = opened;
      await show(page, 'streams');
      await page.getByLabel('Filter').fill('session-7');
      await page.getByText('1 of 30 match').waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Go on' }).waitFor();
      await page.getByText(/, 0 wait/).waitFor();
    });

    it('marks the offending place in the bytes of a rejected event, and counts a replay first', async () => {
      const { page } = opened;
      await show(page, 'rejected');
      expect(await page.locator('mark').first().textContent()).toBe('"quantity":"many"');
      await page.getByRole('button', { name: /\d+ not-utf8/ }).click();
      await page.getByRole('button', { name: 'hex', pressed: true }).waitFor();
      expect((await page.locator('mark').first().textContent())?.trim()).toMatch(/^(c3|28)$/);
      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByText(/events, .* would be sent/).waitFor();
      expect(await page.getByRole('button', { name: /^Send/ }).isDisabled()).toBe(true);
    });

    it('runs SQL on a click alone, with the bytes it scanned, a chart and downloads', async () => {
      const { page } = opened;
      await show(page, 'lake');
      await page.getByText('77 rows').waitFor();
      expect(served.aws.calls).not.toContain('StartQueryExecution');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText('2.3 MB scanned · $0.000052 on Athena').waitFor();
      await page.getByRole('img', { name: /^Bars: / }).waitFor();
      const [csv] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'CSV' }).click(),
      ]);
      expect(csv.suggestedFilename()).toMatch(/^query-query-\d+\.csv$/);
      await page.getByRole('textbox', { name: 'SQL' }).click();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('DROP TABLE runs');
      await page.keyboard.press('Control+Enter');
      await page.getByText('Only a SELECT runs here').waitFor();
      // Chromium's own editing tries to keep the style of replaced text: the policy refuses it.
      const complaints = opened.complaints.splice(0).filter((line) => !/inline style/.test(line));
      expect(complaints).toEqual([expect.stringContaining('status of 400')]);
    });

    it('leads from an id to its raw object, page, request and run', async () => {
      const { page } = opened;
      await show(page, 'explain/Track0001');
      for (const title of [
        /^Track Track0001$/,
        /^Raw tracks of album /,
        /^Listed by run /,
        /^Run /,
      ]) {
        await page.getByRole('heading', { name: title }).first().waitFor();
      }
      await page
        .getByText('GET https://api.spotify.com/v1/albums/Album00000000000000000/tracks?limit=50')
        .waitFor();
    });

    it('shows hostile names as they are and interprets none of them', async () => {
      const { page } = opened;
      for (const panel of PANELS) await show(page, panel);
      await show(page, 'lake');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByText(HOSTILE).first().waitFor();
      expect(await page.evaluate(() => Reflect.has(globalThis, 'hacked'))).toBe(false);
      expect(await page.locator('img').count()).toBe(0);
    });

    it('works by keyboard: tiles by arrow keys, states by Tab and Enter', async () => {
      const { page } = opened;
      await show(page, 'run');
      await page.locator('.tiles .tile[tabindex="0"]').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.waitForURL(/album=Album00000000000000002$/);
      await page.getByRole('button', { name: /^FetchToken/ }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/state=FetchToken$/);
    });
  });

  for (const [width, scheme] of [
    [1440, 'light'],
    [390, 'dark'],
  ] as const) {
    it(`has no violation of accessibility at ${width} pixels, ${scheme}, and nothing beyond its edge`, async () => {
      const { page, complaints, close } = await open(browser, served.server.address, {
        width,
        scheme,
      });
      for (const panel of PANELS) {
        await show(page, panel);
        expect([panel, await violationsOf(page)]).toEqual([panel, []]);
        expect([panel, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([
          panel,
          width,
        ]);
      }
      expect(complaints).toEqual([]);
      await close();
    });
  }

  // As a suite of its own it would load AWS's clients and start a browser once more: a second of CPU.
  describeLargeRun(() => browser);
});
