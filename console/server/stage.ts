import { DescribeStateMachineCommand, ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { InvalidInput } from '../../core/errors.ts';
import { type Buckets, bucketsOf, type StageNames } from '../../core/names.ts';
import { SEGMENTS } from '../../core/sessions/segments.ts';
import { type Graph, graphOf } from '../model/definition.ts';
import type { Clients } from './clients.ts';

/** A stage of the product, by the names of serverless.yml and resources/. */
export interface Stage {
  stage: string;
  account: string;
  machineArn: string;
  buckets: Buckets;
  database: string;
  workgroup: string;
  /** The source, the enriched stream and one for each segment. */
  streams: {
    source: string;
    enriched: string;
    segments: { name: string; stream: string; router: string }[];
  };
  enricher: string;
  graph: Graph;
}

const pascal = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());

/** Finds the stage's state machine; the account's number is part of its ARN, other names follow. */
export async function findStage(
  { sfn }: Pick<Clients, 'sfn'>,
  stage: string,
  names: StageNames,
): Promise<Stage> {
  const { sessionsStream: source, workgroupName, databaseName } = names;
  const name = `tributary-${stage}-ingest-new-releases`;
  let nextToken: string | undefined;
  let machineArn: string | undefined;
  do {
    const page = await sfn.send(new ListStateMachinesCommand({ maxResults: 1000, nextToken }));
    machineArn = page.stateMachines?.find((machine) => machine.name === name)?.stateMachineArn;
    nextToken = page.nextToken;
  } while (machineArn === undefined && nextToken !== undefined);
  if (machineArn === undefined) {
    throw new InvalidInput(
      `There is no state machine ${name}: is --stage right, and is it deployed in this region?`,
    );
  }
  const { definition = '{}' } = await sfn.send(
    new DescribeStateMachineCommand({ stateMachineArn: machineArn }),
  );
  const account = machineArn.split(':')[4] ?? '';
  return {
    stage,
    account,
    machineArn,
    buckets: bucketsOf(stage, account, names),
    database: databaseName,
    workgroup: workgroupName,
    streams: {
      source,
      enriched: `${source}-enriched`,
      segments: SEGMENTS.map((segment) => ({
        name: segment.name,
        stream: `${source}-${segment.name}`,
        router: `tributary-${stage}-route${pascal(segment.name)}Sessions`,
      })),
    },
    enricher: `tributary-${stage}-enrichSessions`,
    graph: graphOf(JSON.parse(definition)),
  };
}
