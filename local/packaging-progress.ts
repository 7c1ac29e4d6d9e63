import { canRedraw, createStatusLine } from '../core/terminal/status-line.ts';
import { packageService } from './packaging.ts';

/** Packages the stage `local`, and shows on a terminal what happens and for how long. */
export async function packageWithProgress(
  root: string,
  params: string[],
  signal?: AbortSignal,
): Promise<string> {
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1_000).toFixed(1);
  const line = createStatusLine(process.stdout);
  let step: string | undefined;
  const show = () =>
    step && !signal?.aborted && line.show(`Packaging the service: ${step} … ${seconds()} s`);
  const timer = setInterval(show, 100);
  try {
    const packaged = await packageService(root, {
      params,
      ...(signal && { signal }),
      onStep(next) {
        if (step === undefined && !canRedraw(process.stdout))
          console.log('Packaging the service …');
        step = next;
        show();
      },
    });
    line.clear();
    console.log(
      step ? `Packaged the service in ${seconds()} s` : 'Nothing has changed since it was packaged',
    );
    return packaged;
  } finally {
    clearInterval(timer);
    line.clear();
  }
}
