import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from 'local-aws/step-functions/run-state-machine.ts';
import { NOTHING_USED, type Usage } from '../../core/allowance.ts';
import { MANIFESTS } from '../../core/lake/keys.ts';
import { type Manifest, manifestSchema } from '../../core/lake/manifest.ts';
import { parseAs } from '../../core/parse.ts';
import type { Stage } from '../../local/stage.ts';

/** Waits and pauses between retries of the state machine are cut short; the client's own are real. */
const PACE = { waitMs: 20, retryMs: 20 };

export interface Run {
  execution: Execution;
  manifest: Manifest | undefined;
  /** Requests that the run counted, be it without a manifest. */
  usage: Usage;
  /** Everything that a person with access to the execution can read. */
  history: string;
}

export async function runBatch(stage: Stage, runId: string): Promise<Run> {
  const history: unknown[] = [];
  const onEvent = (event: unknown) => history.push(event);
  const execution = await stage.runBatch(runId, { ...PACE, onEvent });
  // By its name alone: a run that begins before midnight ends on the next day.
  const manifests = join(stage.lakeFolder, 'tributary-local-lake', MANIFESTS);
  const [folder] = globSync(`*/run_id=${runId}`, { cwd: manifests });
  const read = (name: string) => {
    const file = join(manifests, folder ?? '', name);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  };
  const found = read('manifest.json');
  return {
    execution,
    manifest: found && parseAs(manifestSchema, found, 'manifest.json'),
    usage: read('usage.json') ?? NOTHING_USED,
    history: JSON.stringify([history, execution]),
  };
}
