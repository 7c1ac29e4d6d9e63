import { AwsError } from '../gateway/aws-error.ts';
import type { JsonService } from '../gateway/json-protocol.ts';
import { pageOf } from '../gateway/paging.ts';
import { arn } from '../service/template.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import type { LogEvent, LogGroup, LogStore } from './log-store.ts';

type Input = Record<string, unknown>;

/** The actions of CloudWatch Logs (`Logs_20140328`) that read. */
export function createLogsApi(store: LogStore): JsonService {
  function find({ logGroupName, logGroupIdentifier }: Input): LogGroup {
    const given = String(logGroupName ?? logGroupIdentifier);
    // An identifier is a name or an ARN.
    const group = store.groups.get(given.replace(/^arn:aws:logs:.*?:log-group:/, ''));
    if (group) return group;
    throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  }

  return {
    DescribeLogGroups({ logGroupNamePrefix = '', limit, nextToken }) {
      const all = [...store.groups.values()]
        .filter(({ name }) => name.startsWith(String(logGroupNamePrefix)))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = pageOf(all, { ...LIST, wanted: limit, token: nextToken });
      return { logGroups: page.items.map(describeGroup), nextToken: page.next };
    },

    DescribeLogStreams(input) {
      const { logStreamNamePrefix = '', orderBy, descending, limit, nextToken } = input;
      const streams = streamsOf(find(input)).filter(({ logStreamName }) =>
        logStreamName.startsWith(String(logStreamNamePrefix)),
      );
      if (orderBy === 'LastEventTime') {
        streams.sort((a, b) => a.lastEventTimestamp - b.lastEventTimestamp);
      } else {
        streams.sort((a, b) => (a.logStreamName < b.logStreamName ? -1 : 1));
      }
      if (descending) streams.reverse();
      const page = pageOf(streams, { ...LIST, wanted: limit, token: nextToken });
      return { logStreams: page.items, nextToken: page.next };
    },

    FilterLogEvents(input) {
      const { filterPattern = '', logStreamNames, logStreamNamePrefix = '' } = input;
      const group = find(input);
      const passes = parseFilterPattern(String(filterPattern));
      const names = Array.isArray(logStreamNames) ? new Set(logStreamNames) : undefined;
      const events = group.events.filter(
        (event) =>
          isWithin(event, input, 'inclusive') &&
          event.logStreamName.startsWith(String(logStreamNamePrefix)) &&
          (!names || names.has(event.logStreamName)) &&
          passes(event.message),
      );
      const page = pageOf(events, { ...EVENTS, wanted: input.limit, token: input.nextToken });
      const shown = page.items.map((event) => ({ ...event, ingestionTime: event.timestamp }));
      return { events: shown, searchedLogStreams: [], nextToken: page.next };
    },

    GetLogEvents(input) {
      const { logStreamName, limit, nextToken, startFromHead } = input;
      const group = find(input);
      if (nextToken === END) {
        return { events: [], nextForwardToken: END, nextBackwardToken: END };
      }
      const events = group.events.filter(
        (event) => event.logStreamName === logStreamName && isWithin(event, input, 'exclusive'),
      );
      const ordered = startFromHead ? events : events.toReversed();
      const page = pageOf(ordered, { ...EVENTS, wanted: limit, token: nextToken });
      const shown = page.items.map(({ timestamp, message }) => ({
        timestamp,
        message,
        ingestionTime: timestamp,
      }));
      // The end is where a client gets the token that it has sent.
      const token = page.next ?? nextToken ?? END;
      return {
        events: startFromHead ? shown : shown.toReversed(),
        nextForwardToken: token,
        nextBackwardToken: token,
      };
    },
  };
}

const END = 'end-of-stream';
const LIST = { fallback: 50, most: 50, numberError: 'InvalidParameterException' };
const EVENTS = {
  fallback: 10_000,
  most: 10_000,
  numberError: 'InvalidParameterException',
  tokenError: 'InvalidParameterException',
};

const sizeOf = (events: readonly LogEvent[]) =>
  // CloudWatch adds 26 bytes for each line.
  events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);

const describeGroup = ({ name, createdAt, events }: LogGroup) => ({
  logGroupName: name,
  creationTime: createdAt,
  arn: arn('logs', `log-group:${name}:*`),
  logGroupArn: arn('logs', `log-group:${name}`),
  metricFilterCount: 0,
  storedBytes: sizeOf(events),
  logGroupClass: 'STANDARD',
});

function streamsOf(group: LogGroup) {
  const byName = Map.groupBy(group.events, ({ logStreamName }) => logStreamName);
  return [...byName].map(([logStreamName, events]) => ({
    logStreamName,
    creationTime: (events[0] as LogEvent).timestamp,
    firstEventTimestamp: (events[0] as LogEvent).timestamp,
    lastEventTimestamp: (events.at(-1) as LogEvent).timestamp,
    lastIngestionTime: (events.at(-1) as LogEvent).timestamp,
    arn: arn('logs', `log-group:${group.name}:log-stream:${logStreamName}`),
    storedBytes: 0,
  }));
}

/** FilterLogEvents takes the end of the time range in, GetLogEvents does not. */
function isWithin(
  { timestamp }: LogEvent,
  { startTime, endTime }: Input,
  end: 'inclusive' | 'exclusive',
): boolean {
  if (startTime !== undefined && timestamp < Number(startTime)) return false;
  if (endTime === undefined) return true;
  return end === 'inclusive' ? timestamp <= Number(endTime) : timestamp < Number(endTime);
}
