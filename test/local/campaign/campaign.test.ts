import { runCampaign } from './campaign.ts';

it('A small campaign with all faults, a split and a merge leaves nothing unexplained', async () => {
  const report = await runCampaign({ events: 8_000, seed: 1, samples: 1 });
  expect(report).toMatchObject({
    sent: 8_000,
    lost: 0,
    unexplained: 0,
    outOfOrder: 0,
    discarded: 0,
    newShards: 3,
  });
  const { delivered, rejected } = report;
  expect(delivered.usa + delivered.international + rejected).toBe(8_000);
  expect(Math.min(delivered.usa, delivered.international, rejected)).toBeGreaterThan(20);
}, 240_000);
