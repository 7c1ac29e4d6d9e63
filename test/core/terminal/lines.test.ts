import { readLines } from '../../../core/terminal/lines.ts';

const MAX = 20;

/** Lines as [number, text], or as [number, bytes] when they are too long. */
async function read(...chunks: (string | Buffer)[]) {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  const all: [number, string | number][] = [];
  for await (const lines of readLines(source(), MAX)) {
    for (const { number, data, bytes } of lines)
      all.push([number, data?.toString('latin1') ?? bytes]);
  }
  return all;
}

describe('lines of bytes', () => {
  it('come without their ends, numbered from 1', async () => {
    await expect(read('a\nb\r\nc')).resolves.toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  it('are whole wherever the chunks are cut', async () => {
    const bytes = Buffer.from('{"a":1}\r\n{"b":2}\n\n{"c":3}');
    const whole = await read(bytes);
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(await read(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(whole);
    }
  });

  it('are left out when blank, and counted', async () => {
    await expect(read('\n  \r\n\t\na\n\n')).resolves.toEqual([[4, 'a']]);
  });

  it('keep bytes that are no UTF-8', async () => {
    await expect(read(Buffer.from([0xff, 0xfe, 0x0a]))).resolves.toEqual([[1, '\xff\xfe']]);
  });

  it('lose the byte order mark at the beginning of the file, and no other', async () => {
    const mark = Buffer.from('\ufeff').toString('latin1');
    await expect(read('\ufeffa\n\ufeffb')).resolves.toEqual([
      [1, 'a'],
      [2, `${mark}b`],
    ]);
  });

  it('are not held when they are too long, and the next one is whole', async () => {
    const long = 'x'.repeat(MAX + 1);
    await expect(read(`${long}\n`, long, long, `${long}\nb\n`, 'y'.repeat(MAX))).resolves.toEqual([
      [1, MAX + 2],
      [2, 3 * (MAX + 1) + 1],
      [3, 'b'],
      [4, 'y'.repeat(MAX)],
    ]);
  });

  it('may be none', async () => {
    await expect(read()).resolves.toEqual([]);
    await expect(read('')).resolves.toEqual([]);
  });
});
