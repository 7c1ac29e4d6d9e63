import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { type App, givenFaultStage, randomPlans } from './check-plan.ts';

const catalog = generateCatalog({ albums: 60, seed: 1 });

describe.each(['extended', 'development'] satisfies App[])('faults, %s app', (app) => {
  let stage: Awaited<ReturnType<typeof givenFaultStage>>;
  beforeAll(async () => {
    stage = await givenFaultStage(app, catalog);
  }, 120_000);
  afterAll(() => stage.end());

  it('has rows to lose', () => {
    expect(stage.expected.get('albums')).toHaveLength(60);
    expect(stage.expected.get('tracks')?.length).toBeGreaterThan(500);
  });

  it.each([1, 2, 3, 4])('loses nothing without a word under the plan of seed %d', async (seed) => {
    const { problems } = await stage.checkPlan(randomPlans(seed));
    expect(problems).toEqual([]);
  });

  it('defers what a used-up quota leaves, and the next run asks for no more than that', async () => {
    const verdict = await stage.checkPlan({
      spotify: {
        seed: 0,
        faults: [{ kind: 'quota', endpoint: 'album-tracks', at: 20, times: 1 }],
      },
    });
    expect(verdict).toMatchObject({ status: 'DEFERRED', problems: [] });
    expect(verdict.missing).toBeGreaterThan(0);
    expect(verdict.loaded + verdict.missing).toBe(60);
    // Calling on lengthens the wait: those in flight, and no more.
    expect(verdict.faulted).toBeLessThanOrEqual(5);
  });

  it('renews an expired token and goes back to the same album', async () => {
    const verdict = await stage.checkPlan({
      spotify: {
        seed: 0,
        faults: [{ kind: 'token-expiry', endpoint: 'album-tracks', at: 10, times: 1 }],
      },
    });
    expect(verdict).toMatchObject({ status: 'COMPLETE', loaded: 60, problems: [] });
  });
});
