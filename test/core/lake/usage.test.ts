import { NOTHING_USED } from '../../../core/allowance.ts';
import { keys } from '../../../core/lake/keys.ts';
import { openAllowance } from '../../../core/lake/usage.ts';
import { createMemoryLake } from '../../fixtures/fake-lake.ts';

const run = { runId: 'run-1', startedAt: '2026-11-21T06:00:00.000Z' };
const limits = { requests: 10, waitSeconds: 60 };

it('stores the account of a run whose first function requests nothing, for those that may not look for it', async () => {
  const lake = createMemoryLake();
  const allowance = await openAllowance(lake, run, limits);
  await allowance.save();
  expect(lake.jsonOf(keys.usage(run))).toEqual({ ...NOTHING_USED });
});
