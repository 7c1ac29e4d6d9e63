import leven from 'leven';

/** The known name that was probably meant; undefined where none is near. */
export function nearestTo(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const [best] = known
    .map((each) => ({ each, changes: leven(lower, each.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes);
  return best && best.changes <= Math.max(2, name.length / 3) ? best.each : undefined;
}
