import { createDiskNotice } from '../../local/disk-notice.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: no`), { code });

describe('A folder that cannot be written', () => {
  it('is one line, however many writes fail', () => {
    const lines: string[] = [];
    const notice = createDiskNotice('.local', (line) => lines.push(line));
    for (let i = 0; i < 3; i++) notice(failure('ENOSPC'));
    expect(lines).toEqual([
      expect.stringMatching(
        /^\nThe disk of \.local is full: events are kept .* is retried until there is room;/,
      ),
    ]);
  });

  it('says of a process that cannot be started what the system lacks', () => {
    const lines: string[] = [];
    const error = { code: 'EMFILE', errno: -24, syscall: 'spawn node' };
    createDiskNotice('.local', (line) => lines.push(line))(Object.assign(new Error(), error));
    expect(lines).toEqual([
      '\nNo process can be started for a function: too many open files (EMFILE): raise `ulimit -n`. Meanwhile events are kept in memory and their delivery is retried.',
    ]);
  });

  it('names what else it is', () => {
    const lines: string[] = [];
    createDiskNotice('.local', (line) => lines.push(line))(failure('EACCES'));
    expect(lines).toEqual([
      "\nWriting to .local fails (EACCES: no): events are kept in memory and their delivery is retried until it succeeds; the functions' logs have gaps meanwhile.",
    ]);
  });
});
