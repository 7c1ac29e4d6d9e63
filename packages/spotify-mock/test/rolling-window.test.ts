import { createRollingWindow } from '../src/rolling-window.ts';

describe('A rolling window', () => {
  it('lets so many requests in and then names the seconds until the oldest has left', () => {
    const secondsToWait = createRollingWindow({ requests: 2, windowSeconds: 30 });
    expect([0, 10_000, 10_500].map(secondsToWait)).toEqual([0, 0, 20]);
  });

  it('lets a caller in that waits as long as asked, and not one request too many', () => {
    const secondsToWait = createRollingWindow({ requests: 2, windowSeconds: 30 });
    expect([0, 10_000, 30_000, 30_001, 40_000].map(secondsToWait)).toEqual([0, 0, 0, 10, 0]);
  });

  it('never says less than a second, and takes no place for who is rejected', () => {
    const secondsToWait = createRollingWindow({ requests: 1, windowSeconds: 0.2 });
    expect([0, 50, 100, 200].map(secondsToWait)).toEqual([0, 1, 1, 0]);
  });
});
