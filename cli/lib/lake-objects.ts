import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { InvalidInput } from '../../core/errors.ts';
import { createLake } from '../../core/lake/lake.ts';
import type { StoredObjects } from '../../core/lake/stored-objects.ts';
import { type Buckets, bucketsOf, LOCAL_STAGE } from '../../core/names.ts';
import type { StageOptions } from '../../core/terminal/options.ts';
import { connectKinesis, connectS3 } from './aws-clients.ts';
import { findMachine } from './executions.ts';
import { localFolder } from './local-endpoint.ts';
import { namesOf } from './stage-names.ts';

export interface LakeOptions extends StageOptions {
  /** The lake, if it is not the one of the stage. */
  readonly bucket?: string;
}

export async function openLakeObjects(options: LakeOptions): Promise<StoredObjects> {
  if (options.stage === LOCAL_STAGE) return inFolder(options);
  const bucket = await lakeBucket(options);
  const lake = createLake(connectS3(options), bucket);
  return {
    list: lake.list,
    locationOf: (key) => `s3://${bucket}/${key}`,
    async get(key) {
      try {
        return await lake.get(key);
      } catch (error) {
        if ((error as Error).name === 'RawDataMissing') return undefined;
        throw error;
      }
    },
  };
}

/** The bucket of the lake: by its option, the outputs of the stack, or the account of a stream. */
export async function lakeBucket(options: LakeOptions, stream?: string): Promise<string> {
  const { stage, bucket } = options;
  if (bucket !== undefined) return bucket;
  if (stage === LOCAL_STAGE) return bucketsOf(stage, '').lake;
  const names = await namesOf(options);
  if (names.lakeBucketName !== undefined) return names.lakeBucketName;
  const StreamName = stream ?? names.sessionsStream;
  const command = new DescribeStreamSummaryCommand({ StreamName });
  const { StreamDescriptionSummary } = await connectKinesis(options).send(command);
  const account = StreamDescriptionSummary?.StreamARN?.split(':')[4];
  if (account === undefined) throw new InvalidInput('Which lake? Give its --bucket');
  return bucketsOf(stage, account).lake;
}

/** The buckets of the streaming half: by the outputs of the stack, or the account of the state machine. */
export async function streamingBuckets(
  options: StageOptions,
): Promise<Pick<Buckets, 'failedBatches' | 'segment'>> {
  const { stage } = options;
  if (stage === LOCAL_STAGE) return bucketsOf(stage, '');
  const names = await namesOf(options);
  if (names.failedBatchesBucketName !== undefined) return bucketsOf(stage, '', names);
  return bucketsOf(stage, (await findMachine(options)).account);
}

function inFolder({
  folder,
  bucket = bucketsOf(LOCAL_STAGE, '').lake,
}: LakeOptions): StoredObjects {
  const root = join(localFolder(folder), 'lake', bucket);
  return {
    locationOf: (key) => relative(process.cwd(), join(root, key)),
    async get(key) {
      try {
        return readFileSync(join(root, key));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async list(prefix) {
      const start = join(root, prefix.slice(0, prefix.lastIndexOf('/') + 1));
      try {
        return readdirSync(start, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
          .filter((key) => key.startsWith(prefix))
          .sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
  };
}
