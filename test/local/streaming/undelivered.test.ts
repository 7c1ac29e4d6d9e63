import { setTimeout as sleep } from 'node:timers/promises';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { createKinesis } from '../../../core/kinesis/kinesis-client.ts';
import { countUndelivered } from '../../../local/count-events.ts';
import { deliverRest } from '../../../local/delivering.ts';
import { isBalanced, simulateSessions } from '../../../local/simulate-sessions.ts';
import { event, keyed } from './fixtures.ts';
import { deliveredLines, givenPipeline, SOURCE, streamingOf } from './pipeline.ts';

/** Sends event after event as another program does; returns how many were taken until one was not. */
async function produceUntilRefused(endpoint: string) {
  const client = createKinesis({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  for (let taken = 0; ; taken++) {
    const [PartitionKey, Data] = [`late${taken}`, Buffer.from(event(`late${taken}`, 'USA'))];
    try {
      await client.send(new PutRecordCommand({ StreamName: SOURCE, PartitionKey, Data }));
    } catch (error) {
      client.destroy();
      return { taken, error };
    }
  }
}

describe('Events that are not delivered yet', () => {
  it('are counted in streams, envelopes and buffers, and before an end no more are taken than delivered', async () => {
    let isDown = true;
    const { stage, send, drain, end } = await givenPipeline({
      retryMs: () => 20,
      async invoke(lambda, name, given) {
        if (isDown && name.includes('route')) throw new FunctionError('Down', 'no router');
        return lambda.invoke(name, given);
      },
    });
    const { undelivered, counts } = streamingOf(stage);
    const count = () => countUndelivered({ undelivered }, 5_000);
    try {
      await send(Array.from({ length: 300 }, (_, i) => keyed(`u${i}`, event(`u${i}`, 'USA'))));
      const { mappings } = counts();
      while ((mappings['tributary-local-enrichSessions']?.acknowledged ?? 0) < 300) await sleep(20);
      expect(await count()).toEqual({ [`${SOURCE}-enriched`]: 300 });
      expect(streamingOf(stage).remaining()[`${SOURCE}-enriched`]).toBeLessThan(150);
      isDown = false;
      while ((await count())?.[`${SOURCE}-enriched`] !== undefined) await sleep(20);
      // A record that Firehose takes while they are counted is counted twice: it has all of them.
      const routed = () => streamingOf(stage).kinesis.storedIn(`${SOURCE}-usa`);
      while ((counts().deliveries[`${SOURCE}-usa`]?.received ?? 0) < routed()) await sleep(20);
      expect(await count()).toEqual({ [`${SOURCE}-usa`]: 300 });
      await drain();
      expect(await count()).toEqual({});

      const [ledger] = await Promise.all([
        simulateSessions(stage, 50, 1),
        send([keyed('other', event('other', 'USA')), keyed('other', 'no json')]),
      ]);
      expect({ ledger, isBalanced: isBalanced(ledger) }).toMatchObject({
        ledger: { sent: 50 },
        isBalanced: true,
      });

      const before = deliveredLines(stage, `${SOURCE}-usa`, 'firehose/').length;
      const stored = streamingOf(stage).kinesis.storedIn(SOURCE);
      const producing = produceUntilRefused(stage.endpoints.aws);
      while (streamingOf(stage).kinesis.storedIn(SOURCE) < stored + 20) await sleep(1);
      expect(await deliverRest(stage, '')).toMatch(/every event in the streams was delivered/i);
      const { taken, error } = await producing;
      expect(error).toMatchObject({ name: 'ServiceUnavailable' });
      expect(await deliverRest(stage, '')).toBeUndefined();
      const lines = deliveredLines(stage, `${SOURCE}-usa`, 'firehose/');
      expect(lines).toHaveLength(before + taken);
    } finally {
      await end();
    }
  });
});
