/** Albums of a group, unless there are very many: a day's are one or two. */
const GROUP_SIZE = 100;
/** Step Functions writes several events for each item of a Map, of 25,000 in all. */
const MOST_GROUPS = 40;

const sizeOf = (planned: number): number => Math.max(GROUP_SIZE, Math.ceil(planned / MOST_GROUPS));

/** The items of the Map: the planned albums of a run in groups. */
export const groupsOf = (planned: number): { group: number }[] =>
  Array.from({ length: Math.ceil(planned / sizeOf(planned)) }, (_, group) => ({ group }));

/** The planned albums of a group, and how many there are in the groups before it. */
export function albumsOfGroup<T>({ planned }: { planned: readonly T[] }, group: number) {
  const before = group * sizeOf(planned.length);
  return { albums: planned.slice(before, before + sizeOf(planned.length)), before };
}
