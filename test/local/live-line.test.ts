import { PassThrough } from 'node:stream';
import { showWhile } from '../../local/live-line.ts';

/** What is written to a terminal, or elsewhere, while the work goes on until a line was shown. */
async function shown(isTTY: boolean): Promise<string> {
  process.env.TERM = 'xterm';
  const out = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  const work = new Promise((resolve) => {
    if (isTTY) out.once('readable', resolve);
    else setImmediate(resolve);
  });
  await showWhile('Starting', work, { out: out as unknown as NodeJS.WriteStream });
  return String(out.read() ?? '');
}

it('shows what is under way on a terminal, and leaves nothing of it', async () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it begins a line anew
  expect(await shown(true)).toMatch(/^\r\x1b\[2KStarting … \d\.\d s\r\x1b\[2K$/);
});

it('writes nothing of it elsewhere', async () => {
  expect(await shown(false)).toBe('');
});
