import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMiniStack } from '../lib/ministack.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { runNode } from '../lib/run-node.ts';

interface JestResults {
  numPassedTests: number;
  numPendingTests: number;
  testResults: { assertionResults: { status: string; fullName: string }[] }[];
}

/** Runs test/statemachines/flow.test.ts on MiniStack's Step Functions; says how many paths it took. */
export async function secondInterpreter(root: string, folder: string): Promise<string> {
  // Its Wait states and retries take no time.
  const ministack = await startMiniStack({ folder, environment: { SFN_WAIT_SCALE: '0' } });
  const file = join(folder, 'flow.json');
  try {
    const jest = ['--experimental-vm-modules', join(root, 'node_modules/jest/bin/jest.js')];
    const report = ['--testTimeout', '60000', '--json', '--outputFile', file];
    await runNode([...jest, 'test/statemachines/flow', ...report], root, {
      STEP_FUNCTIONS_ENDPOINT: ministack.url,
    });
  } finally {
    await ministack.stop();
  }
  const { numPassedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(file, 'utf8'),
  ) as JestResults;
  if (numPassedTests === 0) throw new CheckFailed('No path of the state machine ran on MiniStack');
  const skipped = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'pending')
    .map(({ fullName }) => fullName);
  return `state machine: ${numPassedTests} paths as on this machine, ${numPendingTests} that MiniStack cannot show (${skipped.join('; ')})`;
}
