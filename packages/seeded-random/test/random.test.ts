import { createRandom } from '../src/random.ts';

describe('Seeded random numbers', () => {
  it('are those of mulberry32', () => {
    // Printed by a C program of the algorithm's description.
    const first = (seed: number) => {
      const { next } = createRandom(seed);
      return [next(), next(), next()].map((x) => Math.round(x * 2 ** 32));
    };
    expect(first(1)).toEqual([2693262067, 11749833, 2265367787]);
    expect(first(0xffffffff)).toEqual([3850105811, 813802916, 3073704848]);
  });

  it('are the same for the same seed, and others for another', () => {
    const ids = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, random.id);
    };
    expect(ids(7)).toEqual(ids(7));
    expect(ids(7)).not.toEqual(ids(8));
    expect(new Set(ids(7)).size).toBe(5);
    for (const id of ids(7)) expect(id).toMatch(/^[0-9a-zA-Z]{22}$/);
  });

  it('reach both ends of a range, and stay within it', () => {
    const random = createRandom(3);
    const drawn = Array.from({ length: 1_000 }, () => random.int(-1, 2));
    expect([...new Set(drawn)].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it('are spread evenly', () => {
    const random = createRandom(4);
    const heads = Array.from({ length: 10_000 }, () => random.chance(0.25)).filter(Boolean).length;
    expect(heads).toBeGreaterThan(2_350);
    expect(heads).toBeLessThan(2_650);
    expect(['a', 'b']).toContain(random.pick(['a', 'b']));
  });
});
