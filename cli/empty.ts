import {
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Command } from 'commander';
import { InvalidInput } from '../core/errors.ts';
import { bucketsOf, LOCAL_STAGE } from '../core/names.ts';
import { SEGMENTS } from '../core/sessions/segments.ts';
import type { GlobalOptions } from '../core/terminal/options.ts';
import { connectS3 } from './lib/connect-s3.ts';
import { count, print } from './lib/output.ts';
import { namesOf } from './lib/stage-names.ts';

interface Options extends GlobalOptions {
  yes?: true;
}

export function addEmpty(program: Command): void {
  program
    .command('empty')
    .description('Deletes all that the buckets of a stage hold, versions included')
    .argument('[bucket...]', 'these buckets (default: those of the stage)')
    .option('--yes', 'delete; without it the buckets are only listed')
    .addHelpText(
      'after',
      `
CloudFormation deletes only empty buckets: empty them before \`sls remove\`, or afterwards those that
prod retained. What is deleted cannot be restored. The buckets themselves stay.

Examples:
  npx tributary empty --stage dev
  npx tributary empty --stage dev --yes`,
    )
    .action((buckets: string[], _, command: Command) =>
      empty(buckets, command.optsWithGlobals<Options>()),
    );
}

async function empty(named: string[], options: Options): Promise<void> {
  if (options.stage === LOCAL_STAGE) {
    throw new InvalidInput('The stage local begins anew with npm start -- --fresh');
  }
  const s3 = connectS3(options);
  try {
    const buckets = named.length > 0 ? named : await listBuckets(s3, options);
    for (const bucket of buckets) {
      if (options.yes)
        await print(`${bucket}: ${count(await deleteAll(s3, bucket), 'version')} deleted\n`);
      else await print(`${bucket}\n`);
    }
    if (!options.yes) process.stderr.write('Nothing is deleted yet: --yes deletes all they hold\n');
  } finally {
    s3.destroy();
  }
}

/** By their exact names, for `tributary-dev-` begins the names of a stage dev-2 as well. */
async function listBuckets(s3: S3Client, options: Options): Promise<string[]> {
  const kinds = ['lake', 'failed-batches', ...SEGMENTS.map(({ name }) => `sessions-${name}`)];
  const usual = new RegExp(`^tributary-${options.stage}-(${kinds.join('|')})-\\d{12}$`);
  const { lake, failedBatches, segment } = bucketsOf(options.stage, '', await namesOf(options));
  const named = [lake, failedBatches, ...SEGMENTS.map(({ name }) => segment(name))];
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  const found = Buckets.map(({ Name = '' }) => Name).filter(
    (name) => usual.test(name) || named.includes(name),
  );
  if (found.length > 0) return found;
  throw new InvalidInput(
    `There is no bucket of ${options.stage}: name those that got other names by a setting`,
  );
}

async function deleteAll(s3: S3Client, Bucket: string): Promise<number> {
  let deleted = 0;
  for (;;) {
    // What is deleted is not listed again: each page is the first one.
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (versions.length === 0) return deleted;
    const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const Delete = { Objects, Quiet: true };
    const { Errors: [error] = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
    if (error) throw new InvalidInput(`${Bucket}: ${error.Key}: ${error.Message ?? error.Code}`);
    deleted += versions.length;
  }
}
