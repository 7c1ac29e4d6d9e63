import { cut, joinLines, splitLines } from '../../../core/sessions/lines.ts';

const texts = (data: Uint8Array) => splitLines(data).map(String);
const join = (...events: string[]) => joinLines(events.map((event) => Buffer.from(event)));

describe('Events as lines', () => {
  it('end with a line feed each, and can be taken apart again', () => {
    const joined = join('{"n":1}', '{"n":2}');
    expect(joined.toString()).toBe('{"n":1}\n{"n":2}\n');
    expect(texts(joined)).toEqual(['{"n":1}', '{"n":2}']);
    expect(texts(Buffer.from('{"n":3}'))).toEqual(['{"n":3}']);
    expect(texts(Buffer.alloc(0))).toEqual([]);
  });

  it('have no empty lines where events end with line ends, and keep all other white space', () => {
    expect(join('{"n":1}\n', ' {"n":2} \r\n', '{"n":3}\n \n', '{"n":4} ').toString()).toBe(
      '{"n":1}\n {"n":2} \n{"n":3}\n{"n":4} \n',
    );
  });
});

describe('Groups of items', () => {
  const sizes = (items: number[], minBytes: number, maxBytes: number) =>
    cut(items, (size) => size, { minBytes, maxBytes });

  it('are filled as far as they may be, and never end on a small rest', () => {
    expect(sizes([4, 4, 4, 4, 4], 5, 9)).toEqual([
      [4, 4],
      [4, 4, 4],
    ]);
    expect(sizes([4, 4, 4, 4, 6], 5, 9)).toEqual([[4, 4], [4, 4], [6]]);
    expect(sizes([1], 5, 9)).toEqual([[1]]);
    expect(sizes([], 5, 9)).toEqual([]);
  });

  it('hold one item where that is larger than a group should be', () => {
    expect(sizes([1, 20, 1], 5, 9)).toEqual([[1], [20], [1]]);
    expect(sizes([1, 1, 1], 0, 0)).toEqual([[1], [1], [1]]);
  });
});
