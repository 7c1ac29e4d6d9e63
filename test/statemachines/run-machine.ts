import type { Definition } from './definition.ts';

export interface MachineRun {
  execution: {
    status: string;
    error?: string | undefined;
    cause?: string | undefined;
    output?: unknown;
  };
  /** Names of the Wait states that were entered. */
  waits: string[];
}

/** Runs a machine without its pauses; `callTask` takes the place of functions and of SNS. */
export type RunMachine = (
  definition: Definition,
  name: string,
  input: unknown,
  callTask: (task: string, input: unknown) => Promise<unknown>,
) => Promise<MachineRun>;

/** `fetchToken` of a function's ARN, `sns:publish` of a service integration's. */
export const taskNameOf = (resource: string): string =>
  /:::(\w+:\w+)$/.exec(resource)?.[1] ?? (resource.split(':').at(-1) as string);
