import { once } from 'node:events';
import { jest } from '@jest/globals';
import { createInterrupt } from '../../local/interrupt.ts';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

afterEach(() => {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  jest.restoreAllMocks();
});

/** What is printed, and the status with which the process would end. */
function given() {
  const lines: string[] = [];
  jest.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  const ended = Promise.withResolvers<unknown>();
  jest.spyOn(process, 'exit').mockImplementation((code) => ended.resolve(code) as never);
  return { lines, status: ended.promise, interrupt: createInterrupt() };
}

describe('Ctrl-C', () => {
  it('says what is lost where the streams cannot be emptied, and ends all that was opened', async () => {
    const { lines, status, interrupt } = given();
    const closed = new EventTarget();
    const isClosed = once(closed, 'close');
    interrupt.onEnd(() => void closed.dispatchEvent(new Event('close')));
    interrupt.during({
      name: 'events were sent',
      kept: 'Kept: the lake in .local/lake.',
      drain: () => Promise.reject(new Error('the disk is full')),
      remaining: async () => 'Events that are gone: 3.',
    });
    process.emit('SIGINT');
    await expect(status).resolves.toBe(130);
    await isClosed;
    expect(lines).toEqual([
      '\nInterrupted while events were sent. Kept: the lake in .local/lake.',
      'Delivering the events in the streams; Ctrl-C again ends at once …',
      'The streams cannot be emptied: the disk is full. Events that are gone: 3.',
    ]);
  });
});
