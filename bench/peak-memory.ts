import { existsSync, readFileSync } from 'node:fs';

const STATUS = '/proc/self/status';

/**
 * The most memory that this process ever held, in MB (RSS). Linux counts the memory of the process that
 * started it into maxRSS, not into VmHWM.
 */
export function peakMemoryMb(): number {
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
  const [, kb = process.resourceUsage().maxRSS] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? [];
  return Number(kb) / 1024;
}
