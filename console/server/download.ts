import type { ServerResponse } from 'node:http';
import type { AthenaClient } from '@aws-sdk/client-athena';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { QueryColumn, Rows } from '../../core/athena/query-result.ts';
import { csvLine } from '../../core/csv.ts';
import { HttpError } from './errors.ts';
import { resultOf } from './query.ts';

/** Rows of a Parquet file are put together in memory. */
const MOST_PARQUET_ROWS = 1_000_000;

/** Sends all rows of a query as a file. */
export async function download(
  athena: AthenaClient,
  id: string,
  format: string,
  response: ServerResponse,
): Promise<void> {
  const head = (type: string) => ({
    'content-type': type,
    'content-disposition': `attachment; filename="query-${id.slice(0, 8)}.${format}"`,
  });
  if (format === 'csv') {
    const { columns, rows: pages } = await resultOf(athena, id);
    response.writeHead(200, head('text/csv; charset=utf-8'));
    response.write(csvLine(columns.map(({ name }) => name)));
    for await (const rows of pages) {
      if (!response.write(rows.map(csvLine).join(''))) {
        await new Promise((resolve) => {
          response.once('drain', resolve);
          response.once('close', resolve);
        });
      }
      if (response.destroyed) return;
    }
    return void response.end();
  }
  if (format !== 'parquet') throw new HttpError(400, 'A download is csv or parquet');
  const { columns, rows } = await resultOf(athena, id);
  const all: Rows = [];
  for await (const page of rows) {
    all.push(...page);
    if (all.length > MOST_PARQUET_ROWS)
      throw new HttpError(413, 'More than a million rows: take CSV');
  }
  response.writeHead(200, head('application/vnd.apache.parquet'));
  response.end(Buffer.from(parquetOf(columns, all)));
}

/** Types in Athena's words; what Parquet has no plain type for stays text. */
function parquetOf(columns: readonly QueryColumn[], rows: Rows): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: columns.map(({ name, type }, i) => {
      const of = <T>(read: (text: string) => T) =>
        rows.map((row) => (row[i] === null || row[i] === undefined ? null : read(row[i])));
      if (type === 'boolean')
        return { name, type: 'BOOLEAN' as const, data: of((text) => text === 'true') };
      if (/^(tinyint|smallint|integer|int)$/.test(type))
        return { name, type: 'INT32' as const, data: of(Number) };
      if (type === 'bigint') return { name, type: 'INT64' as const, data: of(BigInt) };
      if (/^(double|float|real)$/.test(type))
        return { name, type: 'DOUBLE' as const, data: of(Number) };
      if (/^timestamp(\(\d\))?$/.test(type)) {
        return {
          name,
          type: 'TIMESTAMP' as const,
          data: of((text) => new Date(`${text.replace(' ', 'T')}Z`)),
        };
      }
      return { name, type: 'STRING' as const, data: of(String) };
    }),
  });
}
