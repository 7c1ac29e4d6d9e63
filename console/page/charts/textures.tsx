/** Drawn over a part of a bar, so that it does not differ by its colour alone; the first part has none. */
const PATHS = [
  'M0 8L8 0M-2 2L2 -2M6 10L10 6',
  'M2 2h2v2h-2zM6 6h2v2h-2z',
  'M0 0L8 8M-2 6L2 10M6 -2L10 2',
  'M0 4h8',
  'M4 0v8',
  'M0 4h8M4 0v8',
];

/** Patterns of one chart: `id` keeps them apart from those of another. */
export function Textures({ id }: { id: string }) {
  return (
    <defs>
      {PATHS.map((path, i) => (
        <pattern
          key={path}
          id={`${id}-${i + 1}`}
          width="8"
          height="8"
          patternUnits="userSpaceOnUse"
          class="texture"
        >
          <path d={path} />
        </pattern>
      ))}
    </defs>
  );
}

export const textureOf = (id: string, part: number): string | undefined =>
  part === 0 ? undefined : `url(#${id}-${1 + ((part - 1) % PATHS.length)})`;
