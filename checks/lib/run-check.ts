import { MissingTool } from './tools.ts';

/** A finding of the judge, as lines for a person; anything else that is thrown is a bug of the check. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/**
 * Runs a check and prints how it ended as the last line: OK with what `check` returns, FAILED, or
 * SKIPPED with what this machine lacks. Only FAILED exits with 1.
 */
export async function runCheck(name: string, check: () => Promise<string>): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  try {
    console.log(`${name}: OK, ${await check()} (${seconds()})`);
  } catch (error) {
    if (error instanceof MissingTool) {
      console.log(`${name}: SKIPPED, ${error.message}`);
      return;
    }
    process.exitCode = 1;
    if (!(error instanceof CheckFailed)) console.error(error);
    const first = (error as Error).message.split('\n', 1)[0];
    if (error instanceof CheckFailed) console.error(error.message);
    console.error(`${name}: FAILED, ${first} (${seconds()})`);
  }
}
