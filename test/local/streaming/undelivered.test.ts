import { setTimeout as sleep } from 'node:timers/promises';
import { FunctionError } from 'local-aws/lambda/function-error.ts';
import { countUndelivered } from '../../../local/count-events.ts';
import { event, keyed } from './fixtures.ts';
import { givenPipeline, SOURCE, streamingOf } from './pipeline.ts';

describe('Events that are not delivered yet', () => {
  it('are counted in streams, envelopes and buffers', async () => {
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
      const stored = () => streamingOf(stage).kinesis.storedIn(`${SOURCE}-usa`);
      while ((counts().deliveries[`${SOURCE}-usa`]?.received ?? 0) < stored()) await sleep(20);
      expect(await count()).toEqual({ [`${SOURCE}-usa`]: 300 });
      await drain();
      expect(await count()).toEqual({});
    } finally {
      await end();
    }
  });
});
