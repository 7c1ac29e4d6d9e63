import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { createLogStore, type LogStore } from '../../src/logs/log-store.ts';
import { createLogsApi } from '../../src/logs/logs-api.ts';
import { clientOptions } from '../fixtures/clients.ts';
import { errorOf } from '../fixtures/error-of.ts';

let store: LogStore;
let gateway: Gateway;
let logs: CloudWatchLogsClient;
let clock: number;
const GROUP = '/aws/lambda/work';
beforeEach(async () => {
  clock = 1_000;
  store = createLogStore(() => clock++);
  gateway = await startGateway({ Logs_20140328: createLogsApi(store) }, {} as never);
  logs = new CloudWatchLogsClient(clientOptions(gateway.url));
});
afterEach(async () => {
  logs.destroy();
  await gateway.close();
});

const filter = async (more: object = {}) => {
  const { events = [] } = await logs.send(
    new FilterLogEventsCommand({ logGroupName: GROUP, ...more }),
  );
  return events.map(({ message }) => message);
};

describe('CloudWatch Logs on this machine, through the SDK', () => {
  it('gives the lines of a group that a pattern finds, with their stream and time', async () => {
    store.put(GROUP, 'stream-1', '{"run_id":"a","n":1}');
    store.put(GROUP, 'stream-2', '{"run_id":"b","n":2}');
    store.put('/aws/lambda/other', 'stream-3', '{"run_id":"a","n":3}');
    const { events } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: '{ $.run_id = "a" }' }),
    );
    expect(events).toEqual([
      {
        logStreamName: 'stream-1',
        message: '{"run_id":"a","n":1}',
        timestamp: 1_001,
        ingestionTime: 1_001,
        eventId: expect.any(String),
      },
    ]);
    expect(await filter({ logStreamNames: ['stream-2'] })).toEqual(['{"run_id":"b","n":2}']);
  });

  it('keeps to the times that are asked for', async () => {
    for (const message of ['a', 'b', 'c']) store.put(GROUP, 's', message);
    expect(await filter({ startTime: 1_002 })).toEqual(['b', 'c']);
    expect(await filter({ startTime: 1_002, endTime: 1_002 })).toEqual(['b']);
  });

  it('gives pages that a paginator follows', async () => {
    for (let i = 0; i < 25; i += 1) store.put(GROUP, 's', `line ${i}`);
    const found: string[] = [];
    const input = { logGroupName: GROUP, limit: 10 };
    for await (const page of paginateFilterLogEvents({ client: logs }, input)) {
      expect(page.events?.length).toBeLessThanOrEqual(10);
      found.push(...(page.events ?? []).map(({ message }) => message ?? ''));
    }
    expect(found).toEqual(Array.from({ length: 25 }, (_, i) => `line ${i}`));
  });

  it('lists groups by prefix, and the streams of a group', async () => {
    store.put(GROUP, 'old', 'x');
    store.put(GROUP, 'new', 'y');
    store.openGroup('/aws/other');
    const all = await logs.send(new DescribeLogGroupsCommand({}));
    expect(all.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual([GROUP, '/aws/other']);
    const some = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/l' }));
    expect(some.logGroups).toMatchObject([{ logGroupName: GROUP, creationTime: 1_000 }]);
    const streams = await logs.send(
      new DescribeLogStreamsCommand({
        logGroupName: GROUP,
        orderBy: 'LastEventTime',
        descending: true,
      }),
    );
    expect(streams.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(['new', 'old']);
  });

  it('gives the lines of one stream, from either end', async () => {
    for (const message of ['a', 'b', 'c']) store.put(GROUP, 's', message);
    const get = async (more: object) => {
      const input = { logGroupName: GROUP, logStreamName: 's', ...more };
      const { events, nextForwardToken } = await logs.send(new GetLogEventsCommand(input));
      return { lines: events?.map(({ message }) => message), token: nextForwardToken };
    };
    expect((await get({ limit: 2 })).lines).toEqual(['b', 'c']);
    const first = await get({ limit: 2, startFromHead: true });
    expect(first.lines).toEqual(['a', 'b']);
    const second = await get({ limit: 2, startFromHead: true, nextToken: first.token });
    expect(second.lines).toEqual(['c']);
    expect(second.token).toBe(first.token);
  });

  it('names a group that is not there, and a pattern that is none', async () => {
    expect(await errorOf(filter())).toMatchObject({ name: 'ResourceNotFoundException' });
    store.openGroup(GROUP);
    expect(await filter()).toEqual([]);
    expect(await errorOf(filter({ filterPattern: '{ $.a' }))).toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('keeps the newest lines alone, so that the memory stays flat', async () => {
    const small = createLogStore(() => 0, 100);
    for (let i = 0; i < 1_000; i += 1) small.put('g', 's', `line ${i}`);
    const { events } = small.openGroup('g');
    expect(events.length).toBeLessThanOrEqual(125);
    expect(events.at(-1)?.message).toBe('line 999');
  });
});
