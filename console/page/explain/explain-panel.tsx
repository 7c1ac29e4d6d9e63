import { useState } from 'preact/hooks';
import type { Finding } from '../../../core/explain/finding.ts';
import { useGet } from '../api.ts';
import { linkTo, type Route } from '../route.ts';
import { Card, Fault, Note, Pre } from '../ui.tsx';

export function ExplainPanel({ route }: { route: Route }) {
  const { id } = route;
  const [typed, setTyped] = useState(id);
  const query = new URLSearchParams({ id });
  const { value, error, isLoading } = useGet<Finding[]>(id ? `explain?${query}` : undefined);
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
        <p class="hint">
          Each id in a table of this page leads here. In an account it takes up to four small
          queries in Athena.
        </p>
      </Card>
      <Fault error={error} />
      {id && isLoading && <Note>Looking …</Note>}
      {value?.length === 0 && <Note>No run, album, track, artist or event has this id.</Note>}
      <ol class="traces">
        {value?.map(({ what, facts, raw, runId }, i) => (
          <li key={i}>
            <Card
              title={what.charAt(0).toUpperCase() + what.slice(1)}
              aside={runId && <a href={linkTo('run', runId)}>Open the run</a>}
            >
              <dl class="facts">
                {facts
                  .filter(([, fact]) => fact !== '')
                  .map(([name, fact]) => (
                    <>
                      <dt key={`${name} name`}>{name}</dt>
                      <dd key={name}>{fact}</dd>
                    </>
                  ))}
              </dl>
              {raw !== undefined && (
                <Pre label={`As it was received: ${what}`}>
                  <Marked text={raw} id={id} />
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
