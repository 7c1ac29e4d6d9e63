import { GetTablesCommand, type Table } from '@aws-sdk/client-glue';
import type { LakeTable } from '../model/api.ts';
import type { Clients } from './clients.ts';
import { listFolders } from './lake-objects.ts';
import type { Stage } from './stage.ts';

/** The tables and views of the catalogue, with the newest of their partitions. */
export async function tablesOf({ glue, s3 }: Clients, stage: Stage): Promise<LakeTable[]> {
  const tables: Table[] = [];
  let NextToken: string | undefined;
  do {
    const page = await glue.send(new GetTablesCommand({ DatabaseName: stage.database, NextToken }));
    tables.push(...(page.TableList ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return Promise.all(
    tables.map(
      async ({ Name = '', TableType, StorageDescriptor, PartitionKeys = [], Parameters }) => {
        const isView = TableType === 'VIRTUAL_VIEW';
        const newestPartition = isView ? undefined : await newest(s3, StorageDescriptor?.Location);
        const rows = Number(Parameters?.recordCount ?? Number.NaN);
        return {
          name: Name,
          isView,
          columns: [
            ...(StorageDescriptor?.Columns ?? []).map(columnOf),
            ...PartitionKeys.map((key) => ({ ...columnOf(key), isPartition: true as const })),
          ],
          ...(Number.isFinite(rows) && { rows }),
          ...(newestPartition && { newestPartition }),
        };
      },
    ),
  );
}

const columnOf = ({
  Name = '',
  Type = '',
}: {
  Name?: string | undefined;
  Type?: string | undefined;
}) => ({
  name: Name,
  type: Type,
});

/** Projected partitions are in no catalogue, so the folders tell. */
async function newest(s3: Clients['s3'], location = ''): Promise<string | undefined> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location) ?? [];
  if (bucket === '') return undefined;
  const folders = await listFolders(
    s3,
    bucket,
    prefix.endsWith('/') || prefix === '' ? prefix : `${prefix}/`,
  );
  return folders
    .filter((folder) => folder.includes('='))
    .sort()
    .at(-1)
    ?.replace(/\/$/, '');
}
