import { createKinesis } from '../../core/kinesis/kinesis-client.ts';
import type { StageOptions } from '../../core/terminal/options.ts';
import { clientConfig } from './aws-clients.ts';

export const connectKinesis = (options: StageOptions) =>
  createKinesis(clientConfig('KINESIS', options));
