import { getEventListeners } from 'node:events';
import { abortableSleep } from '../../../core/kinesis/abortable-sleep.ts';

const HOUR = 3_600_000;

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('A sleep that may be aborted', () => {
  it('ends when its time is over, and listens no more', async () => {
    const { signal } = new AbortController();
    await abortableSleep(1, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends when it is aborted, and leaves no timer that would keep a process alive', async () => {
    const stop = new AbortController();
    const before = timers();
    const sleep = abortableSleep(HOUR, stop.signal);
    expect(timers()).toBe(before + 1);
    stop.abort();
    await sleep;
    expect(timers()).toBe(before);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  it('does not begin behind a signal that is aborted already', async () => {
    const before = timers();
    await abortableSleep(HOUR, AbortSignal.abort());
    expect(timers()).toBe(before);
  });
});
