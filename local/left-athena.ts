import { AthenaClient } from '@aws-sdk/client-athena';
import { createAthenaApi } from 'local-aws/athena/athena-api.ts';
import { createQueryExecutions } from 'local-aws/athena/query-executions.ts';
import { createRequestHandler } from 'local-aws/gateway/request-handler.ts';
import { openLeftLake } from './left-lake.ts';

/**
 * Athena over the lake that `npm start` left in a folder, in this process: that lake can be queried when
 * nothing serves. Throws InvalidInput where there is no lake yet.
 */
export function leftAthena(folder: string, workgroup: string): AthenaClient {
  const { catalog, lakeFolder } = openLeftLake(folder);
  const workGroups = [{ Name: workgroup, Description: '' }];
  const queries = createQueryExecutions(catalog, lakeFolder);
  return new AthenaClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: createRequestHandler(
      createAthenaApi(queries, { namedQueries: [], workGroups }),
    ),
  });
}
