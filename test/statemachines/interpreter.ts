import { runStateMachine } from 'local-aws/step-functions/run-state-machine.ts';
import { openOtherInterpreter } from './other-interpreter.ts';
import { type RunMachine, taskNameOf } from './run-machine.ts';

const runHere: RunMachine = async (definition, name, input, callTask) => {
  const waits: string[] = [];
  const execution = await runStateMachine(definition, name, input, {
    waitMs: 0,
    retryMs: 0,
    onEvent: ({ type, stateType, state }) => {
      if (type === 'entered' && stateType === 'Wait') waits.push(state);
    },
    async callTask(resource, taskInput) {
      await new Promise((resolve) => setTimeout(resolve, 2)); // as long as any real call
      return callTask(taskNameOf(resource), taskInput);
    },
  });
  return { execution, waits };
};

/** Where another interpreter serves; `npm run check:deploy` names one that others wrote. */
const endpoint = process.env.STEP_FUNCTIONS_ENDPOINT;

export const isOtherInterpreter = endpoint !== undefined;

/** The local stage's interpreter, or the one at STEP_FUNCTIONS_ENDPOINT. */
export async function openInterpreter(): Promise<{ run: RunMachine; close(): Promise<void> }> {
  if (endpoint === undefined) return { run: runHere, close: async () => {} };
  return openOtherInterpreter(endpoint);
}
