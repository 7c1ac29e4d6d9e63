import { backoffMs } from '../../core/retry.ts';

describe('A pause before the next attempt', () => {
  it('is anything from nothing to the doubled step, and the step is capped', () => {
    const policy = { attempts: 9, baseMs: 50, capMs: 2_000 };
    expect([1, 2, 3, 6, 7, 60].map((failures) => backoffMs(failures, policy, 0.999999))).toEqual(
      [50, 100, 200, 1_600, 2_000, 2_000].map((step) => expect.closeTo(step, 1)),
    );
    expect(backoffMs(5, policy, 0)).toBe(0);
    expect(backoffMs(5, policy, 0.5)).toBe(400);
  });
});
