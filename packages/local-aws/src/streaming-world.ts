import type { Iam } from './iam/iam.ts';

/** What the streaming half asks of the stage around it. */
export interface StreamingWorld {
  invoke(functionName: string, event: unknown): Promise<unknown>;
  putObject(role: string, bucket: string, key: string, body: string | Buffer): Promise<void>;
  /** What the roles may do with which mappings and Firehoses act. */
  iam: Iam;
  /** Logical id of a function's role: its mapping reads and sets aside with it. */
  roleOf(functionName: string): string;
}
