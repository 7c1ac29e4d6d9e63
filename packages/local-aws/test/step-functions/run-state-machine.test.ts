import {
  type ExecutionEvent,
  runStateMachine,
} from '../../src/step-functions/run-state-machine.ts';

const named = (name: string, message = 'why') => Object.assign(new Error(message), { name });

const task = (more: object = {}) => ({ Type: 'Task', Resource: 'arn:work', End: true, ...more });
const machine = (States: Record<string, object>, StartAt = Object.keys(States)[0]) => ({
  StartAt,
  States,
});
const retry = (error: string, more: object = {}) => ({
  ErrorEquals: [error],
  IntervalSeconds: 30,
  MaxAttempts: 2,
  ...more,
});

/** Runs a machine whose task returns these in turn, the last one for ever. */
async function run(
  definition: Record<string, unknown>,
  responses: (unknown | Error)[],
  { input = {}, waitMs = 0 }: { input?: unknown; waitMs?: number } = {},
) {
  const calls: { resource: string; input: unknown }[] = [];
  const events: ExecutionEvent[] = [];
  const execution = await runStateMachine(definition, 'run-1', input, {
    waitMs,
    retryMs: 0,
    onEvent: (event) => events.push(event),
    async callTask(resource, taskInput) {
      const response = responses[calls.length] ?? responses.at(-1);
      calls.push({ resource, input: taskInput });
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (response instanceof Error) throw response;
      return response;
    },
  });
  return { execution, calls, events, steps: events.map(({ type, state }) => `${type} ${state}`) };
}

describe('A state machine on this machine', () => {
  it('calls what the resource names, and succeeds with its output', async () => {
    const { execution, calls, steps } = await run(machine({ Work: task() }), [{ n: 1 }], {
      input: { x: 1 },
    });
    expect(execution).toEqual({ name: 'run-1', status: 'SUCCEEDED', output: { n: 1 } });
    expect(calls).toEqual([{ resource: 'arn:work', input: { x: 1 } }]);
    expect(steps).toEqual(['entered Work', 'exited Work']);
  });

  it('gives each state the name and the start of the execution', async () => {
    const Parameters = {
      'name.$': '$$.Execution.Name',
      'startedAt.$': '$$.Execution.StartTime',
    };
    const { calls } = await run(machine({ Work: task({ Parameters }) }), [{}]);
    expect(calls[0]?.input).toEqual({
      name: 'run-1',
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it('fails with the name and the message of the error', async () => {
    const { execution, events } = await run(machine({ Work: task() }), [named('QuotaExhausted')]);
    expect(execution).toEqual({
      name: 'run-1',
      status: 'FAILED',
      error: 'QuotaExhausted',
      cause: 'why',
    });
    expect(events.at(-1)).toMatchObject({ type: 'failed', state: 'Work', error: 'QuotaExhausted' });
  });

  it('fails with what a Fail state says', async () => {
    const { execution } = await run(
      machine({ End: { Type: 'Fail', ErrorPath: '$.error', CausePath: '$.cause' } }),
      [],
      { input: { error: 'IngestFailed', cause: 'because' } },
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: 'IngestFailed', cause: 'because' });
  });

  it('ends a task that is too slow by the name of a time-out', async () => {
    const slow = { Work: task({ TimeoutSeconds: 0.05 }) };
    const execution = await runStateMachine(
      machine(slow),
      'run-1',
      {},
      {
        callTask: () => new Promise((resolve) => setTimeout(resolve, 200, {})),
      },
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

describe('A retry', () => {
  const states = { Work: task({ Retry: [retry('ServiceUnavailable')] }) };

  it('is made by the name of the error, as often as it says', async () => {
    const error = named('ServiceUnavailable');
    const { execution, calls, steps } = await run(machine(states), [error, error, { n: 1 }]);
    expect(execution.output).toEqual({ n: 1 });
    expect(calls).toHaveLength(3);
    expect(steps.filter((each) => each === 'retried Work')).toHaveLength(2);
  });

  it('is not made more often', async () => {
    const { execution, calls } = await run(machine(states), [named('ServiceUnavailable')]);
    expect(calls).toHaveLength(3);
    expect(execution.error).toBe('ServiceUnavailable');
  });

  it('is not made of another error', async () => {
    const { execution, calls } = await run(machine(states), [named('RawDataMissing')]);
    expect(calls).toHaveLength(1);
    expect(execution.error).toBe('RawDataMissing');
  });

  it('takes the pace that a test gives it', async () => {
    const begin = performance.now();
    await run(machine(states), [named('ServiceUnavailable')]);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });
});

describe('A catch', () => {
  const states = {
    Work: task({
      Catch: [
        { ErrorEquals: ['QuotaExhausted'], ResultPath: '$.error', Next: 'Quota' },
        { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Other' },
      ],
    }),
    Quota: { Type: 'Pass', End: true },
    Other: { Type: 'Pass', End: true },
  };

  it('leads on by the name of the error, with the error in the state', async () => {
    const { execution, steps } = await run(machine(states), [named('QuotaExhausted')], {
      input: { x: 1 },
    });
    expect(steps).toContain('entered Quota');
    expect(execution.output).toEqual({ x: 1, error: { Error: 'QuotaExhausted', Cause: 'why' } });
  });

  it('of everything takes the others', async () => {
    const { steps } = await run(machine(states), [named('TypeError')]);
    expect(steps).toContain('entered Other');
    expect(steps).not.toContain('entered Quota');
  });
});

describe('A Map', () => {
  const map = (more: object = {}) =>
    machine({
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 2,
        ItemSelector: { 'value.$': '$$.Map.Item.Value' },
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...machine({ Work: task() }) },
        End: true,
        ...more,
      },
    });
  const items = Array.from({ length: 30 }, (_, i) => i);

  it('works on each item, and gives the results in their order', async () => {
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    const execution = await runStateMachine(
      map(),
      'run-1',
      { items },
      {
        async callTask(_, input) {
          const { value } = input as { value: number };
          seen.push(value);
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, value % 3));
          running -= 1;
          return value * 2;
        },
      },
    );
    expect(execution.output).toEqual(items.map((value) => value * 2));
    expect(most).toBe(2);
    expect(new Set(seen).size).toBe(30);
  });

  it('reports the events of an item with its number', async () => {
    const { events } = await run(map(), [{}], { input: { items: [7, 8] } });
    const numbers = events.filter(({ state }) => state === 'Work').map(({ index }) => index);
    expect(numbers.toSorted()).toEqual([0, 0, 1, 1]);
    expect(events[0]).toMatchObject({ state: 'Each', index: undefined });
  });

  it('that fails stops the remaining items, and is caught by the name of the item', async () => {
    const caught = { ErrorEquals: ['QuotaExhausted'], ResultPath: '$.error', Next: 'After' };
    const { States } = map({ Catch: [caught] });
    const definition = machine({ ...States, After: { Type: 'Pass', End: true } });
    const { execution, calls } = await run(definition, [{}, {}, named('QuotaExhausted'), {}], {
      input: { items },
    });
    expect(execution.status).toBe('SUCCEEDED');
    expect(execution.output).toMatchObject({ error: { Error: 'QuotaExhausted' } });
    // The third call fails while the one beside it runs.
    expect(calls.length).toBeLessThanOrEqual(4);
  });

  it.each([1, 2, 7, 30])('that fails starts nothing more, %i at a time', async (MaxConcurrency) => {
    let calls = 0;
    let failed = false;
    let startedAfterwards = 0;
    const execution = await runStateMachine(
      map({ MaxConcurrency }),
      'run-1',
      { items },
      {
        async callTask() {
          if (failed) startedAfterwards += 1;
          const call = calls++;
          // Some end before, with and after the one that fails.
          await new Promise((resolve) => setTimeout(resolve, (call * 3) % 5));
          if (call !== 3) return {};
          failed = true;
          throw named('QuotaExhausted');
        },
      },
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: 'QuotaExhausted' });
    expect(startedAfterwards).toBe(0);
  });

  it('reports nothing more of its items once it has failed', async () => {
    const caught = { ErrorEquals: ['QuotaExhausted'], ResultPath: '$.error', Next: 'After' };
    const { States } = map({ Catch: [caught] });
    const definition = machine({
      ...States,
      After: { Type: 'Wait', Seconds: 1, Next: 'End' },
      End: { Type: 'Succeed' },
    });
    const steps: string[] = [];
    await runStateMachine(
      definition,
      'run-1',
      { items: [0, 1, 2, 3] },
      {
        waitMs: 150,
        onEvent: ({ type, state }) => steps.push(`${type} ${state}`),
        async callTask(_, input) {
          const { value } = input as { value: number };
          await new Promise((resolve) => setTimeout(resolve, value === 0 ? 5 : 60));
          if (value === 0) throw named('QuotaExhausted');
        },
      },
    );
    const after = steps.slice(steps.indexOf('entered After'));
    expect(after).toEqual(['entered After', 'exited After', 'entered End', 'exited End']);
  });
});

describe('A wait', () => {
  const waiting = machine({
    Wait: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Done' },
    Done: { Type: 'Succeed' },
  });
  const wait = async (seconds: number, options: { waitMs?: number }) => {
    const begin = performance.now();
    await runStateMachine(waiting, 'run-1', { seconds }, { callTask: async () => {}, ...options });
    return performance.now() - begin;
  };

  it('lasts as long as it says', async () => {
    expect(await wait(1, {})).toBeGreaterThanOrEqual(990);
  });

  it('lasts as long as a test says instead', async () => {
    expect(await wait(3_600, { waitMs: 5 })).toBeLessThan(1_000);
  });
});
