import { useEffect, useRef, useState } from 'preact/hooks';
import type { KeptQuery, LakeTable, QueryView } from '../../model/api.ts';
import { count } from '../../model/format.ts';
import { get, post, useGet } from '../api.ts';
import { Card, Fault, Note } from '../ui.tsx';
import type { Editor } from './editor.ts';
import { QueryResult } from './query-result.tsx';

const POLL_MS = 300;

export function LakePanel() {
  const tables = useGet<LakeTable[]>('tables');
  const kept = useGet<KeptQuery[]>('queries');
  const [query, setQuery] = useState<QueryView>();
  const [fault, setFault] = useState<string>();
  const editor = useRef<Editor | undefined>(undefined);
  const asked = useRef(0);
  const run = async (sql = editor.current?.text() ?? '') => {
    const mine = ++asked.current;
    setFault(undefined);
    setQuery(undefined);
    try {
      const { id } = await post<{ id: string }>('query', { sql });
      for (;;) {
        const view = await get<QueryView>(`query?id=${encodeURIComponent(id)}`);
        if (asked.current !== mine) return;
        setQuery(view);
        if (!['QUEUED', 'RUNNING'].includes(view.state)) return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    } catch (error) {
      if (asked.current === mine) setFault((error as Error).message);
    }
  };
  const ask = (sql: string) => {
    editor.current?.setText(sql);
    void run(sql);
  };
  return (
    <div class="columns lake">
      <Card title="Tables" aside={tables.value && `${tables.value.length}`}>
        <Fault error={tables.error} />
        {tables.value?.length === 0 && <Note>No table yet: the first run makes them.</Note>}
        <ul class="tables">
          {tables.value?.map((table) => (
            <TableItem key={table.name} table={table} onAsk={ask} />
          ))}
        </ul>
      </Card>
      <div class="stack">
        <Card
          title="SQL"
          aside={
            <label>
              Kept queries{' '}
              <select
                value=""
                onChange={(event) => {
                  const chosen = kept.value?.find(({ name }) => name === event.currentTarget.value);
                  if (chosen) editor.current?.setText(chosen.sql);
                  event.currentTarget.value = '';
                }}
              >
                <option value="">choose …</option>
                {kept.value?.map(({ name, title }) => (
                  <option key={name} value={name} title={title}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          }
        >
          {tables.value && (
            <EditorBox tables={tables.value} editorRef={editor} onRun={() => void run()} />
          )}
          <div class="buttons">
            <button type="button" class="primary" onClick={() => void run()}>
              Run
            </button>
            <span class="hint">
              Ctrl+Enter runs it. Only a SELECT; Athena bills the bytes that it scans.
            </span>
          </div>
          <Fault error={fault ?? (query?.reason && `${query.state}: ${query.reason}`)} />
        </Card>
        {query && (
          <QueryResult query={query} onStop={() => void post('query/stop', { id: query.id })} />
        )}
      </div>
    </div>
  );
}

function TableItem({ table, onAsk }: { table: LakeTable; onAsk: (sql: string) => void }) {
  const { name, columns, rows, newestPartition, isView } = table;
  const partition = columns.find(({ isPartition }) => isPartition)?.name;
  const newest = newestPartition?.split('=')[1];
  const where =
    partition && newest ? `\nWHERE ${partition} = '${newest.replaceAll("'", "''")}'` : '';
  return (
    <li>
      <details>
        <summary>
          <strong>{name}</strong> {isView && <span class="chip">view</span>}
          <span class="hint">
            {rows !== undefined && `${count(rows)} rows`} {newest}
          </span>
        </summary>
        <table class="columns-of">
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <th scope="row">{column.name}</th>
                <td>
                  {column.type}
                  {column.isPartition && ' · partition'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div class="buttons">
          <button type="button" onClick={() => onAsk(`SELECT *\nFROM ${name}${where}\nLIMIT 50`)}>
            Sample
          </button>
          <button
            type="button"
            onClick={() => onAsk(`SELECT count(*) AS rows_in_table\nFROM ${name}`)}
          >
            Count rows
          </button>
        </div>
      </details>
    </li>
  );
}

/** The editor is loaded as it is first needed: it is half of all script. */
function EditorBox({
  tables,
  editorRef,
  onRun,
}: {
  tables: LakeTable[];
  editorRef: { current: Editor | undefined };
  onRun: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const newestRun = useRef(onRun);
  newestRun.current = onRun;
  useEffect(() => {
    let isGone = false;
    void import('./editor.ts').then(({ createEditor }) => {
      if (isGone || !box.current) return;
      const schema = Object.fromEntries(
        tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
      );
      const first = tables.some(({ name }) => name === 'runs')
        ? 'SELECT status, started_at, loaded, skipped, missing\nFROM runs\nORDER BY started_at DESC\nLIMIT 20'
        : `SELECT *\nFROM ${tables[0]?.name ?? 'runs'}\nLIMIT 20`;
      editorRef.current = createEditor(box.current, first, schema, () => newestRun.current());
    });
    return () => {
      isGone = true;
      editorRef.current?.destroy();
      editorRef.current = undefined;
    };
  }, []);
  return <div ref={box} class="editor" />;
}
