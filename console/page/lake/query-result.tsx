import { useState } from 'preact/hooks';
import type { QueryColumn, Rows } from '../../../core/athena/query-result.ts';
import type { QueryView } from '../../model/api.ts';
import { kindOf } from '../../model/choose-chart.ts';
import { bytes, count, dollars, duration, plural } from '../../model/format.ts';
import { Card, Id, Note, Scroll } from '../ui.tsx';
import { ResultChart } from './result-chart.tsx';

const SHOWN = 200;

export function QueryResult({ query, onStop }: { query: QueryView; onStop: () => void }) {
  const { id, state, columns, rows, isCut, scannedBytes, milliseconds } = query;
  if (state === 'FAILED' || state === 'CANCELLED') return null;
  const link = (format: string) =>
    `/api/query/download?id=${encodeURIComponent(id)}&format=${format}`;
  return (
    <Card
      title={rows ? `${plural(rows.length, 'row')}${isCut ? ' of more' : ''}` : 'Running …'}
      aside={
        rows ? (
          <>
            <a href={link('csv')} download>
              CSV
            </a>
            <a href={link('parquet')} download>
              Parquet
            </a>
          </>
        ) : (
          <button type="button" onClick={onStop}>
            Stop
          </button>
        )
      }
    >
      <p class="hint" role="status">
        {duration(milliseconds / 1_000)} · {bytes(scannedBytes)} scanned · {dollars(query.dollars)}{' '}
        on Athena
      </p>
      {columns && rows && rows.length === 0 && <Note>The query found no rows.</Note>}
      {columns && rows && rows.length > 0 && (
        <>
          <ResultChart columns={columns} rows={rows} />
          <ResultTable columns={columns} rows={rows} />
        </>
      )}
    </Card>
  );
}

/** Columns whose values lead somewhere. */
const isId = ({ name }: QueryColumn): boolean => /^(id|.*_id)$/.test(name) && name !== 'session_id';

function ResultTable({ columns, rows }: { columns: readonly QueryColumn[]; rows: Rows }) {
  const [shown, setShown] = useState(SHOWN);
  return (
    <>
      <Scroll label="Rows">
        <table>
          <thead>
            <tr>
              {columns.map((column, i) => (
                <th
                  key={i}
                  scope="col"
                  class={kindOf(column) === 'number' ? 'number' : ''}
                  title={column.type}
                >
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, n) => (
              <tr key={n}>
                {columns.map((column, i) => {
                  const value = row[i] ?? null;
                  return (
                    <td key={i} class={kindOf(column) === 'number' ? 'number' : ''}>
                      {value === null ? (
                        <span class="null">null</span>
                      ) : isId(column) ? (
                        <Id id={value} />
                      ) : (
                        value
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.length > shown && (
        <button type="button" onClick={() => setShown(rows.length)}>
          Show all {count(rows.length)}
        </button>
      )}
    </>
  );
}
