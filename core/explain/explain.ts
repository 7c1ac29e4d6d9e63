import { InvalidInput } from '../errors.ts';
import { explainEvent, isEventId } from './explain-event.ts';
import { explainItem } from './explain-item.ts';
import { explainMissing } from './explain-missing.ts';
import { explainRun } from './explain-run.ts';
import type { Finding } from './finding.ts';
import type { Sources } from './sources.ts';

/**
 * The way back from the id of an album, a track, an artist, a run or an event; empty where nothing has
 * it. Throws InvalidInput for what is no id.
 */
export async function explain(id: string, sources: Sources): Promise<Finding[]> {
  if (isEventId(id)) return explainEvent(id, sources);
  // It becomes part of SQL.
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(id))
    throw new InvalidInput(`${id.slice(0, 100) || "''"} is no id`);
  for (const explainAs of [explainItem, explainRun, explainMissing]) {
    const findings = await explainAs(id, sources);
    if (findings.length > 0) return findings;
  }
  return [];
}
