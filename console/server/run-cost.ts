import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { CostLine } from '../model/api.ts';
import type { Clients } from './clients.ts';
import type { WatchedRun } from './runs.ts';
import type { Stage } from './stage.ts';

/** List prices of us-east-1 in dollars, November 2026. */
export const PRICES = {
  transition: 25 / 1e6,
  /** On arm64. */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.2 / 1e6,
  /** A crawl is billed for ten minutes at least. */
  crawl: 0.44 / 6,
  athenaByte: 5 / 1e12,
  athenaLeastBytes: 10 * 1024 * 1024,
};

const REPORT = /Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB/;

/** What a run cost at list prices, line by line; storage and requests to S3 are not in it. */
export async function costOf(clients: Clients, stage: Stage, run: WatchedRun): Promise<CostLine[]> {
  const { view } = run.reducer;
  const called = new Map<string, number>();
  for (const { name, functionName } of stage.graph.nodes) {
    const visits = view.states[name];
    if (functionName && visits) {
      const calls = visits.visits + visits.retries;
      called.set(functionName, (called.get(functionName) ?? 0) + calls);
    }
  }
  const calls = [...called.values()].reduce((sum, n) => sum + n, 0);
  const reports = await Promise.all(
    [...called.keys()].map((name) => gbSecondsOf(clients, name, run)),
  );
  const gbSeconds = reports.reduce((sum, n) => sum + n, 0);
  const crawls = view.states.StartCrawler?.visits ?? 0;
  return [
    {
      what: 'Step Functions',
      amount: `${view.transitions} transitions`,
      dollars: view.transitions * PRICES.transition,
    },
    { what: 'Lambda calls', amount: `${calls} calls`, dollars: calls * PRICES.lambdaRequest },
    {
      what: 'Lambda time',
      amount: `${gbSeconds.toFixed(1)} GB-seconds`,
      dollars: gbSeconds * PRICES.lambdaGbSecond,
    },
    ...(crawls > 0
      ? [
          {
            what: 'Glue crawl',
            amount: `${crawls} of 10 minutes at least`,
            dollars: crawls * PRICES.crawl,
          },
        ]
      : []),
  ];
}

/** Out of the REPORT lines that Lambda writes for each call; no one else calls these functions. */
async function gbSecondsOf(
  { logs }: Clients,
  functionName: string,
  run: WatchedRun,
): Promise<number> {
  const { startedAt, stoppedAt } = run.reducer.view;
  let sum = 0;
  let nextToken: string | undefined;
  try {
    do {
      const page = await logs.send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${functionName}`,
          startTime: startedAt,
          endTime: (stoppedAt ?? Date.now()) + 1_000,
          filterPattern: 'REPORT',
          nextToken,
        }),
      );
      for (const { message = '' } of page.events ?? []) {
        const [, ms = '0', mb = '0'] = REPORT.exec(message) ?? [];
        sum += (Number(ms) / 1_000) * (Number(mb) / 1_024);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
  }
  return sum;
}
