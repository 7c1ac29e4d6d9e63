import { systemProblem } from '../src/system-problem.ts';

describe('What the machine lacks', () => {
  it('is in words, with what to do, and where', () => {
    const full = { code: 'ENOSPC', errno: -28, syscall: 'write', path: '/data/catalog.json' };
    expect(systemProblem(Object.assign(new Error('ENOSPC'), full))).toBe(
      'no space left on device (ENOSPC): make room on the disk of /data/catalog.json',
    );
    expect(systemProblem(Object.assign(new Error('ENOSPC'), { ...full, dest: '/copy' }))).toMatch(
      /: make room on the disk of \/copy$/,
    );
    const files = { code: 'EMFILE', errno: -24, syscall: 'spawn', path: '/usr/bin/node' };
    expect(systemProblem(Object.assign(new Error('EMFILE'), files))).toBe(
      'too many open files (EMFILE): raise `ulimit -n`',
    );
  });

  it('is an address where a container or machine has IPv6 alone', () => {
    const listen = { code: 'EADDRNOTAVAIL', errno: -99, syscall: 'listen', address: '127.0.0.1' };
    expect(systemProblem(Object.assign(new Error('EADDRNOTAVAIL'), listen))).toBe(
      'address not available (EADDRNOTAVAIL): give the loopback interface its 127.0.0.1',
    );
  });

  it('is nothing of any other error', () => {
    expect(systemProblem(new TypeError('a bug'))).toBeUndefined();
    expect(
      systemProblem(Object.assign(new Error(), { code: 'ENOENT', errno: -2 })),
    ).toBeUndefined();
  });
});
