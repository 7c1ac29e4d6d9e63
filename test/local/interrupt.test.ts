import { once } from 'node:events';
import { jest } from '@jest/globals';
import { createInterrupt } from '../../local/interrupt.ts';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

const before = process.stdout.listeners('error');

afterEach(() => {
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  for (const each of [process.stdout, process.stderr]) {
    for (const listener of each.listeners('error')) {
      if (!before.includes(listener)) each.off('error', listener as () => void);
    }
  }
  jest.restoreAllMocks();
});

/** What is printed, and the status with which the process would end. */
function given() {
  const lines: string[] = [];
  for (const to of ['log', 'error'] as const) {
    jest.spyOn(console, to).mockImplementation((line) => void lines.push(String(line)));
  }
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

describe('A reader that ends, as of `| head -1`,', () => {
  const close = () =>
    process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));

  it('ends the run with what is kept and the status of a closed pipe', async () => {
    const { lines, status, interrupt } = given();
    interrupt.during({
      name: 'events were sent',
      kept: 'Kept: the lake in .local/lake.',
      drain: async () => '7 of 9 events were sent.',
    });
    close();
    await expect(status).resolves.toBe(141);
    expect(lines).toEqual([
      'Stopped while events were sent: the output was closed. Kept: the lake in .local/lake.',
      '7 of 9 events were sent.',
    ]);
  });

  it('says what is lost where the streams cannot be emptied', async () => {
    const { lines, status, interrupt } = given();
    interrupt.during({
      name: 'events were sent',
      kept: '',
      drain: () => Promise.reject(new Error('the disk is full')),
      remaining: async () => 'Events that are gone: 3.',
    });
    close();
    await expect(status).resolves.toBe(141);
    expect(lines.at(-1)).toBe(
      'The streams cannot be emptied: the disk is full. Events that are gone: 3.',
    );
  });

  it('is no failure once the stage serves', async () => {
    const { status, interrupt } = given();
    interrupt.during({ name: 'serving', kept: '' });
    close();
    await expect(status).resolves.toBe(0);
  });
});
