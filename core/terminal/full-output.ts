/**
 * Ends with status 1 and a line where standard output could not be written, to a full disk for example. At the
 * exit, because the help ends the process before the stream has emitted its error.
 */
export function failOnFullOutput(): void {
  let emitted: NodeJS.ErrnoException | undefined;
  process.stdout.once('error', (error) => {
    emitted = error;
  });
  process.once('exit', () => {
    const error: NodeJS.ErrnoException | null = emitted ?? process.stdout.errored;
    if (!error || ['EPIPE', 'EIO'].includes(error.code ?? '')) return;
    process.exitCode = 1;
    process.stderr.write(`error: standard output cannot be written: ${error.message}\n`);
  });
}
