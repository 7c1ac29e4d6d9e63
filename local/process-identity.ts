import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names a process for as long as it lives: another one that gets its number later is not it. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the system's own words. */
  started: string;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) ?? '' };
}

/** False for what has ended, for a zombie, and for anything that is not an identity. */
export function isAlive(identity: unknown): identity is ProcessIdentity {
  const { pid, started } = (identity ?? {}) as Partial<ProcessIdentity>;
  if (!Number.isInteger(pid) || (pid as number) <= 0) return false;
  const now = startOf(pid as number);
  return now !== undefined && now === started;
}

function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0); // signal 0 only asks whether the process is there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  // A zombie takes signals until its parent has read its status.
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name, in parentheses, may hold anything; state is field 3, start time field 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return /[ZX]/.test(fields[0] ?? '') ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  if (process.platform === 'win32') return '';
  try {
    const told = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', `${pid}`], { encoding: 'utf8' });
    const [state = '', ...rest] = told.trim().split(/\s+/);
    return state.startsWith('Z') ? undefined : rest.join(' ');
  } catch {
    return undefined;
  }
}
