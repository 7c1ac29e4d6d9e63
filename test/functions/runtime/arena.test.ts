import { Arena } from '../../../functions/runtime/arena.ts';

const MEGABYTE = 1024 * 1024;

describe('An arena', () => {
  it('gives pieces that do not overlap, of any size', () => {
    const arena = new Arena();
    const sizes = [1, 700, MEGABYTE - 700, 3 * MEGABYTE, 0, 5, MEGABYTE, 2];
    const pieces = sizes.map((size, i) => arena.take(size).fill(i + 1));
    expect(pieces.map(({ length }) => length)).toEqual(sizes);
    for (const [i, piece] of pieces.entries()) expect(piece.every((b) => b === i + 1)).toBe(true);
  });

  it('gives the same memory again after a reset, and takes no more', () => {
    const arena = new Arena();
    const memory = () =>
      [MEGABYTE - 3, 5, 2 * MEGABYTE, 7].map((size) => arena.take(size)).map((b) => b.buffer);
    const first = new Set(memory());
    arena.reset();
    for (const each of memory()) expect(first.has(each)).toBe(true);
  });
});
