import { InvalidInput } from '../../core/errors.ts';
import { createLake } from '../../core/lake/lake.ts';
import type { StoredObjects } from '../../core/lake/stored-objects.ts';
import { type Buckets, bucketsOf, LOCAL_STAGE } from '../../core/names.ts';
import type { StageOptions } from '../../core/terminal/options.ts';
import { connectS3 } from './connect-s3.ts';
import { namesOf } from './stage-names.ts';

export interface LakeOptions extends StageOptions {
  /** The lake, if it is not the one of the stage. */
  readonly bucket?: string;
}

/** The objects of a lake in S3. */
export async function objectsInBucket(options: LakeOptions): Promise<StoredObjects> {
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
  const { DescribeStreamSummaryCommand } = await import('@aws-sdk/client-kinesis');
  const { connectKinesis } = await import('./connect-kinesis.ts');
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
  const { findMachine } = await import('./executions.ts');
  return bucketsOf(stage, (await findMachine(options)).account);
}
