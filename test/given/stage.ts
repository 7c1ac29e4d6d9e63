import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '../../local/service.ts';
import { type Stage, type StageOptions, startStage } from '../../local/stage.ts';
import { givenService } from './service.ts';

/** A local stage in a folder of its own, for the packaged service. `end` leaves nothing behind. */
export async function givenStage(
  options: Omit<StageOptions, 'service' | 'folder'> & { service?: Service },
): Promise<Stage & { folder: string; end(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-'));
  const stage = await startStage({
    ...options,
    service: options.service ?? (await givenService()),
    folder,
  });
  return {
    ...stage,
    folder,
    async end() {
      await stage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
