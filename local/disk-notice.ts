import { systemProblem } from 'local-aws/system-problem.ts';
import { widthOf } from '../core/terminal/width.ts';
import { fitLines } from '../core/terminal/wrap.ts';

const QUIET_MS = 60_000;
const FULL = ['ENOSPC', 'EDQUOT'];
const RETRIED = 'events are kept in memory and their delivery is retried';

/** Says in a line that the folder cannot be written or no process be started, and says it again only after a minute without that. */
export function createDiskNotice(
  folder: string,
  say: (line: string) => void = (line) => console.error(fitLines(line, widthOf(process.stderr))),
): (error: NodeJS.ErrnoException) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    const { code = '', message, syscall } = error;
    const isNew = performance.now() - last > QUIET_MS;
    last = performance.now();
    if (!isNew) return;
    if (syscall?.startsWith('spawn')) {
      const why = systemProblem(error) ?? message;
      return say(`\nNo process can be started for a function: ${why}. Meanwhile ${RETRIED}.`);
    }
    const [what, end] = FULL.includes(code)
      ? [`The disk of ${folder} is full`, 'there is room']
      : [`Writing to ${folder} fails (${message})`, 'it succeeds'];
    say(`\n${what}: ${RETRIED} until ${end}; the functions' logs have gaps meanwhile.`);
  };
}
