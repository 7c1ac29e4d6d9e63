import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lambda } from 'local-aws/lambda/lambda.ts';

/** The steps that leave something in the lake for the samples of later steps. */
const steps = {
  'fetch-token': 'fetchToken',
  'list-new-releases': 'listNewReleases',
  'plan-albums': 'planAlbums',
  'seal-raw-batch': 'sealRawBatch',
};

/**
 * Takes the sample run through the first steps, so that each file of test/events can be given to
 * `sls invoke local`, in any order.
 */
export async function prepareSamples(root: string, lambda: Lambda): Promise<void> {
  for (const [file, name] of Object.entries(steps)) {
    const event = JSON.parse(readFileSync(join(root, `test/events/${file}.json`), 'utf8'));
    await lambda.invoke(`tributary-local-${name}`, event);
  }
}
