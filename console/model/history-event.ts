/** An event of an execution's history, its details flattened; times in milliseconds. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  at: number;
  type: string;
  /** Of a state, or of the Map of an iteration. */
  name?: string;
  /** Of an iteration, from 0 on. */
  index?: number;
  /** Of a Map: how many items. */
  length?: number;
  /** JSON text, as it came. */
  input?: string;
  output?: string;
  error?: string;
  cause?: string;
}

/** Where the events of a Map's iterations belong: the chain of previous ids leads to their start. */
export function createItemFinder(): (event: HistoryEvent) => number | undefined {
  const items = new Map<number, number>();
  return ({ id, previousEventId, type, index }) => {
    if (/^MapState(Succeeded|Failed|Aborted|Exited)$/.test(type)) return undefined;
    const item = type.startsWith('MapIteration') ? index : items.get(previousEventId);
    if (item !== undefined) items.set(id, item);
    return item;
  };
}

/** JSON, or undefined for a text that is none or was cut off. */
export function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
