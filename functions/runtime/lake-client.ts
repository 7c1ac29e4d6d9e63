import { S3Client } from '@aws-sdk/client-s3';
import { createLake } from '../../core/lake/lake.ts';
import { awsOptions } from './aws-options.ts';
import { required } from './env.ts';

export const connectLake = () => createLake(new S3Client(awsOptions), required('LAKE_BUCKET'));
