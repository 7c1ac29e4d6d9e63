import type { Papers, RunSummary } from '../../model/api.ts';
import { count, dateTime, plural } from '../../model/format.ts';
import { whyOf } from '../../model/verdict.ts';
import { useGet } from '../api.ts';
import { linkTo } from '../route.ts';
import { Card, Fault, Id, Note, Scroll, Status } from '../ui.tsx';

export function ManifestCard({ run }: { run: RunSummary }) {
  const { value, error, isLoading } = useGet<Papers>(
    `run/papers?name=${encodeURIComponent(run.runId)}`,
  );
  return (
    <Card
      title={<>Manifest of {dateTime(run.startedAt)}</>}
      aside={<a href={linkTo('run', run.runId)}>Open the run</a>}
    >
      <p>
        <Status status={run.status} /> {whyOf(run)}
      </p>
      <Fault error={error} />
      {!isLoading && !value?.manifest && <Note>This run has no manifest.</Note>}
      {value && <ManifestView papers={value} />}
    </Card>
  );
}

/** What is missing and why, and what in the data was not as the columns have it. */
export function ManifestView({ papers: { manifest, commit } }: { papers: Papers }) {
  if (!manifest) return null;
  const { counts, missing, unlisted } = manifest;
  const odd = Object.entries(commit?.oddValues ?? {});
  const changes = manifest.fieldChanges ?? [];
  return (
    <>
      <dl class="facts">
        <dt>Expected</dt>
        <dd>
          {count(counts.expected)} = {count(counts.loaded)} loaded + {count(counts.skipped)} skipped
          + {count(counts.missing)} missing
          {counts.unlisted > 0 && ` + ${count(counts.unlisted)} on no page`}
        </dd>
        <dt>Source</dt>
        <dd>{manifest.source ?? 'none'}</dd>
        <dt>Pages</dt>
        <dd>{count(manifest.pages.length)}</dd>
        {commit && (
          <>
            <dt>Rows</dt>
            <dd>
              {Object.entries(commit.rows)
                .map(([table, rows]) => `${table} ${count(rows)}`)
                .join(', ')}
            </dd>
          </>
        )}
        {unlisted.unusablePositions.length > 0 && (
          <>
            <dt>Unusable</dt>
            <dd>null or without an id at positions {unlisted.unusablePositions.join(', ')}</dd>
          </>
        )}
      </dl>
      {missing.length > 0 && (
        <Scroll label="Missing albums">
          <table>
            <caption>{plural(missing.length, 'missing album')}</caption>
            <thead>
              <tr>
                <th scope="col">Album</th>
                <th scope="col">Reason</th>
              </tr>
            </thead>
            <tbody>
              {missing.map(({ albumId, reason }) => (
                <tr key={albumId}>
                  <td>
                    <Id id={albumId} />
                  </td>
                  <td>{reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      <h3>Schema changes</h3>
      {odd.length + changes.length === 0 ? (
        <p>None: no field appeared, vanished or changed its type.</p>
      ) : (
        <ul>
          {changes.map(({ field, change, types }) => (
            <li key={field}>
              <code>{field}</code> {change}
              {types.length > 0 && ` (${types.join(', ')})`}
            </li>
          ))}
          {odd.map(([column, n]) => (
            <li key={column}>
              <code>{column}</code>: {plural(n, 'value')} of another type, null in the table
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
