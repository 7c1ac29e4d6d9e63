import { createStatusLine } from '../../../core/terminal/status-line.ts';

const streamOf = (isTTY: boolean) => {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { stream: { isTTY, write } as unknown as NodeJS.WriteStream, written };
};

describe('A status line', () => {
  it('writes over itself on a terminal, and leaves nothing behind', () => {
    const { stream, written } = streamOf(true);
    const line = createStatusLine(stream);
    line.clear();
    line.show('RUNNING');
    line.clear();
    expect(written).toEqual(['\r\x1b[2KRUNNING', '\r\x1b[2K']);
  });

  it('is silent elsewhere', () => {
    const { stream, written } = streamOf(false);
    const line = createStatusLine(stream);
    line.show('RUNNING');
    line.clear();
    expect(written).toEqual([]);
  });
});
