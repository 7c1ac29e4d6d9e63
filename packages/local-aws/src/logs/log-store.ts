/** A line of a log, as CloudWatch Logs keeps it. */
export interface LogEvent {
  /** Counts up over all groups; CloudWatch's ids are opaque. */
  eventId: string;
  logStreamName: string;
  /** Milliseconds since 1970. */
  timestamp: number;
  message: string;
}

export interface LogGroup {
  name: string;
  createdAt: number;
  /** In the order in which they were written. */
  events: LogEvent[];
}

export interface LogStore {
  readonly groups: ReadonlyMap<string, LogGroup>;
  /** Makes the group where there is none. */
  openGroup(name: string): LogGroup;
  put(group: string, logStreamName: string, message: string): void;
}

/** How many lines of a group are kept: a stage that runs for days must not fill the memory. */
const KEPT_EVENTS = 20_000;

/** The logs of the running stage, in memory; the files under `logs/` hold all of them. */
export function createLogStore(now: () => number = Date.now, kept = KEPT_EVENTS): LogStore {
  const groups = new Map<string, LogGroup>();
  let written = 0;

  function openGroup(name: string): LogGroup {
    const open = groups.get(name);
    if (open) return open;
    const group = { name, createdAt: now(), events: [] };
    groups.set(name, group);
    return group;
  }

  return {
    groups,
    openGroup,
    put(name, logStreamName, message) {
      const group = openGroup(name);
      written += 1;
      const eventId = String(written).padStart(20, '0');
      group.events.push({ eventId, logStreamName, timestamp: now(), message });
      // Cut rarely, and much at once.
      if (group.events.length > kept * 1.25) group.events = group.events.slice(-kept);
    },
  };
}
