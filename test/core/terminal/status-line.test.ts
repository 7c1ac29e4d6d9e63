import { createStatusLine } from '../../../core/terminal/status-line.ts';

const streamOf = (isTTY: boolean) => {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { stream: { isTTY, write } as unknown as NodeJS.WriteStream, written };
};

const { TERM } = process.env;
beforeEach(() => {
  process.env.TERM = 'xterm';
});
afterAll(() => {
  if (TERM === undefined) delete process.env.TERM;
  else process.env.TERM = TERM;
});

describe('A status line', () => {
  it('writes over itself on a terminal, and leaves nothing behind', () => {
    const { stream, written } = streamOf(true);
    const line = createStatusLine(stream);
    line.clear();
    line.show('RUNNING');
    line.clear();
    expect(written).toEqual(['\r\x1b[2KRUNNING', '\r\x1b[2K']);
  });

  it.each([
    ['elsewhere', false, 'xterm'],
    ['where TERM is dumb', true, 'dumb'],
    ['where TERM is not set', true, undefined],
  ])('is silent %s', (_, isTTY, term) => {
    if (term === undefined) delete process.env.TERM;
    else process.env.TERM = term;
    const { stream, written } = streamOf(isTTY);
    const line = createStatusLine(stream);
    line.show('RUNNING');
    line.clear();
    expect(written).toEqual([]);
  });
});
