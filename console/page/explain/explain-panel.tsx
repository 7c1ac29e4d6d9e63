import { useState } from 'preact/hooks';
import type { Trace } from '../../model/api.ts';
import { useGet } from '../api.ts';
import { linkTo, type Route } from '../route.ts';
import { Card, Fault, Note, Pre } from '../ui.tsx';

const WORDS: Record<Trace['what'], string> = {
  object: 'Raw object',
  page: 'Listing page',
  request: 'Request',
  run: 'Run',
  event: 'Event',
};

export function ExplainPanel({ route }: { route: Route }) {
  const { id } = route;
  const album = route.params.get('album');
  const [typed, setTyped] = useState(id);
  const query = new URLSearchParams({ id, ...(album && { album }) });
  const { value, error, isLoading } = useGet<Trace[]>(id ? `explain?${query}` : undefined);
  return (
    <>
      <Card title="Where did it come from?">
        <form
          class="buttons"
          onSubmit={(event) => {
            event.preventDefault();
            location.hash = linkTo('explain', typed.trim());
          }}
        >
          <label>
            Id of a run, album, track, artist or event{' '}
            <input
              key={id}
              size={40}
              defaultValue={id}
              onInput={(event) => setTyped(event.currentTarget.value)}
              spellcheck={false}
            />
          </label>
          <button type="submit" class="primary">
            Explain
          </button>
        </form>
        <p class="hint">Each id in a table of this page leads here.</p>
      </Card>
      <Fault error={error} />
      {id && isLoading && <Note>Looking …</Note>}
      {value?.length === 0 && <Note>Nothing of the last 90 days has this id.</Note>}
      <ol class="traces">
        {value?.map((trace, i) => (
          <li key={i}>
            <Card
              title={WORDS[trace.what]}
              aside={trace.runId && <a href={linkTo('run', trace.runId)}>Open the run</a>}
            >
              <p class="trace-title">
                <code>{trace.title}</code>
              </p>
              {trace.facts.length > 0 && (
                <dl class="facts">
                  {trace.facts.map(([name, fact]) => (
                    <>
                      <dt key={`${name} name`}>{name}</dt>
                      <dd key={name}>{fact}</dd>
                    </>
                  ))}
                </dl>
              )}
              {trace.raw !== undefined && (
                <Pre label={`Bytes of the ${WORDS[trace.what].toLowerCase()}`}>
                  <Marked text={trace.raw} id={id} />
                </Pre>
              )}
            </Card>
          </li>
        ))}
      </ol>
    </>
  );
}

function Marked({ text, id }: { text: string; id: string }) {
  const parts = text.split(id);
  return (
    <>
      {parts.map((part, i) => (
        <span key={i}>
          {i > 0 && <mark>{id}</mark>}
          {part}
        </span>
      ))}
    </>
  );
}
