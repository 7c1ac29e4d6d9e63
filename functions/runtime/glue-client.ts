import { GlueClient } from '@aws-sdk/client-glue';
import { awsOptions } from './aws-options.ts';
import { numberOf, required } from './env.ts';

export const connectGlue = () => ({
  glue: new GlueClient(awsOptions),
  crawlerName: required('CRAWLER_NAME'),
  pollSeconds: numberOf('CRAWLER_POLL_SECONDS', 30, 1),
});
