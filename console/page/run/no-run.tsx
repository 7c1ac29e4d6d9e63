import { useState } from 'preact/hooks';
import type { StageView } from '../../model/api.ts';
import { post } from '../api.ts';
import { linkTo } from '../route.ts';
import { Card, Fault } from '../ui.tsx';

export function NoRun({ stage, error }: { stage: StageView; error: string | undefined }) {
  const [fault, setFault] = useState(error);
  const start = () =>
    post<{ name: string }>('run/start', { name: `console-${Date.now()}` }).then(
      ({ name }) => {
        location.hash = linkTo('run', name);
      },
      (failure) => setFault(failure.message),
    );
  return (
    <Card title="No run yet">
      <Fault error={fault} />
      <p>The first run lists new albums, fetches their tracks and makes tables of them.</p>
      {stage.canWrite && (
        <button type="button" onClick={start}>
          Start a run
        </button>
      )}
    </Card>
  );
}
