import { getSystemErrorMessage } from 'node:util';

/** What a person can do about it. */
const ADVICE: Record<string, string> = {
  EADDRNOTAVAIL: 'give the loopback interface its 127.0.0.1',
  EAGAIN: 'raise `ulimit -u`, or end other programs',
  EDQUOT: 'make room on the disk',
  EMFILE: 'raise `ulimit -n`',
  ENFILE: 'end other programs',
  ENOMEM: 'end other programs',
  ENOSPC: 'make room on the disk',
};

type SystemError = NodeJS.ErrnoException & { dest?: string };

/** In words what the machine lacks, and what to do about it; undefined for any other error. */
export function systemProblem(error: unknown): string | undefined {
  // A copy fails where it is written.
  const { code = '', errno, path, dest = path } = error as SystemError;
  const advice = ADVICE[code];
  if (advice === undefined || errno === undefined) return undefined;
  const where = advice.endsWith('disk') && dest ? ` of ${dest}` : '';
  return `${getSystemErrorMessage(errno)} (${code}): ${advice}${where}`;
}
