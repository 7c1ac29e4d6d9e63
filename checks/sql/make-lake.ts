import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TableInput } from '@aws-sdk/client-glue';
import { readService, type Service } from 'local-aws/service/service.ts';
import { LOCAL_REGION, resolve, type Template } from 'local-aws/service/template.ts';
import { generateCatalog } from 'spotify-mock/generate-catalog.ts';
import { createKinesis } from '../../core/kinesis/kinesis-client.ts';
import { createSender } from '../../core/kinesis/sender.ts';
import { packageService } from '../../local/packaging.ts';
import { startStage } from '../../local/stage.ts';
import { CheckFailed } from '../lib/run-check.ts';
import { runNode } from '../lib/run-node.ts';
import { ODD_EVENTS } from './odd-events.ts';

const SOURCE = 'tributary-local-sessions';

/** What the check queries, and where it is. */
export interface MadeLake {
  /** Tables and views that the template declares, resolved. */
  declared: TableInput[];
}

/**
 * The lake that `npm start` leaves in `folder`, after a second run that fetches every album again,
 * and after odd events.
 */
export async function makeLake(root: string, folder: string): Promise<MadeLake> {
  await runNode([join(root, 'local/main.ts'), '--fresh', '--folder', folder], root, {});
  const packaged = await packageService(root);
  await addToLake(readService(packaged), folder);
  return { declared: declaredTables(packaged) };
}

function declaredTables(root: string): TableInput[] {
  const file = join(root, '.serverless/cloudformation-template-update-stack.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Glue::Table')
    .map(({ Properties }) => resolve(Properties?.TableInput, template) as TableInput);
}

async function addToLake(service: Service, folder: string): Promise<void> {
  const stage = await startStage({
    service,
    folder,
    streaming: true,
    spotify: { app: 'extended', catalog: generateCatalog({ albums: 100, seed: 1 }) },
    environment: { ALBUM_REFRESH_DAYS: '0' },
  });
  try {
    const { status, error, cause } = await stage.runBatch('second-run');
    if (status !== 'SUCCEEDED') throw new CheckFailed(`The second run failed: ${error} ${cause}`);
    const kinesis = createKinesis({
      endpoint: stage.endpoints.aws,
      region: LOCAL_REGION,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const sender = createSender(kinesis, SOURCE, ({ lost, why }) => {
      if (lost.size > 0) throw new CheckFailed(`${lost.size} odd events were not sent: ${why}`);
    });
    await sender.add(
      ODD_EVENTS.map(({ session, text }) => ({ partitionKey: session, data: Buffer.from(text) })),
    );
    await sender.end();
    kinesis.destroy();
    await stage.streaming?.drain();
  } finally {
    await stage.close();
  }
}
