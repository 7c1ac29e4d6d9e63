import { History } from '../../src/step-functions/history.ts';
import { runStateMachine } from '../../src/step-functions/run-state-machine.ts';

const catchesAll = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] };
const caught = { Caught: { Type: 'Pass', End: true } };
const task = (more: object = {}) => ({ Type: 'Task', Resource: 'arn:work', ...more });
/** JSON of exactly so many bytes, quotation marks included. */
const textOf = (bytes: number) => 'x'.repeat(bytes - 2);

async function run(
  States: Record<string, object>,
  { input = {}, result = {}, waitMs = 0 }: { input?: unknown; result?: unknown; waitMs?: number },
) {
  const history = new History();
  let calls = 0;
  const execution = await runStateMachine(
    { StartAt: Object.keys(States)[0], States },
    'run-1',
    input,
    {
      waitMs,
      retryMs: 0,
      history,
      async callTask() {
        calls += 1;
        return result;
      },
    },
  );
  return { execution, history, calls };
}

describe("AWS's limit of 262,144 bytes", () => {
  it.each([
    [262_144, 'SUCCEEDED'],
    [262_145, 'FAILED'],
  ])('for what a task returns: %i bytes, and the execution has %s', async (bytes, status) => {
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 3 }];
    const states = { Work: task({ Retry, ...catchesAll, End: true }), ...caught };
    const { execution, calls } = await run(states, { result: textOf(bytes) });
    expect(execution.status).toBe(status);
    expect(calls).toBe(1);
    if (status === 'FAILED') expect(execution.error).toBe('States.DataLimitExceeded');
  });

  it('counts bytes of UTF-8 and not letters', async () => {
    const states = { Work: task({ End: true }) };
    const { execution } = await run(states, { result: '東'.repeat(90_000) });
    expect(execution.error).toBe('States.DataLimitExceeded');
  });

  it('holds for what a state makes of its input and its result, and nothing runs after it', async () => {
    const half = textOf(150_000);
    const { execution, calls } = await run(
      {
        Work: task({ ResultPath: '$.result', ...catchesAll, Next: 'After' }),
        After: task({ End: true }),
        ...caught,
      },
      { input: { half }, result: half },
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(calls).toBe(1);
  });

  it('holds for the results of a Map together, which no Catch of the Map gets over', async () => {
    const { execution, history } = await run(
      {
        Each: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'Work', States: { Work: task({ End: true }) } },
          ...catchesAll,
          End: true,
        },
        ...caught,
      },
      { input: [1, 2, 3], result: textOf(100_000) },
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(history.events.at(-1)?.type).toBe('ExecutionFailed');
  });

  it('holds for what a task is given', async () => {
    const Parameters = { 'a.$': '$.half', 'b.$': '$.half' };
    const { execution, calls } = await run(
      { Work: task({ Parameters, ...catchesAll, End: true }), ...caught },
      { input: { half: textOf(150_000) } },
    );
    expect(execution.error).toBe('States.DataLimitExceeded');
    expect(calls).toBe(0);
  });
});

describe("AWS's limit of 25,000 events", () => {
  // Three events a round: a Pass state and a Choice, each entered and left, make four.
  const loop = {
    Next: { Type: 'Pass', Next: 'Again' },
    Again: {
      Type: 'Choice',
      Choices: [{ Variable: '$.never', IsPresent: true, Next: 'Done' }],
      Default: 'Next',
    },
    Done: { Type: 'Succeed' },
  };

  it('ends an execution that would go on for ever', async () => {
    const { execution, history } = await run(loop, {});
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining('25000'),
    });
    expect(history.events).toHaveLength(25_000);
    expect(history.events.at(-1)?.type).toBe('ExecutionFailed');
  });

  it('counts the events inside a Map, and no Catch of the Map gets over it', async () => {
    const { execution, history } = await run(
      {
        Each: {
          Type: 'Map',
          ItemProcessor: { StartAt: 'Next', States: loop },
          ...catchesAll,
          End: true,
        },
        ...caught,
      },
      { input: [1, 2] },
    );
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(history.events).toHaveLength(25_000);
  });
});

describe('A number that a path leads to', () => {
  const wait = { Wait: { Type: 'Wait', SecondsPath: '$.a.seconds', End: true } };
  it.each([
    [1, 'SUCCEEDED'],
    [0, 'SUCCEEDED'],
    [1.5, 'FAILED'],
    ['1', 'FAILED'],
    [-1, 'FAILED'],
    [null, 'FAILED'],
  ])('is whole seconds for a Wait: %j, and the execution has %s', async (seconds, status) => {
    const { execution } = await run(wait, { input: { a: { seconds } } });
    expect(execution.status).toBe(status);
    if (status === 'FAILED') expect(execution.error).toBe('States.Runtime');
  });

  it.each([
    [2, 'SUCCEEDED'],
    [2.5, 'FAILED'],
    ['2', 'FAILED'],
  ])('is a whole number for a Map: %j, and the execution has %s', async (n, status) => {
    const { execution } = await run(
      {
        Each: {
          Type: 'Map',
          ItemsPath: '$.items',
          MaxConcurrencyPath: '$.n',
          ItemProcessor: { StartAt: 'Work', States: { Work: task({ End: true }) } },
          ...catchesAll,
          End: true,
        },
        ...caught,
      },
      { input: { items: [1], n } },
    );
    expect(execution.status).toBe(status);
    if (status === 'FAILED') expect(execution.error).toBe('States.Runtime');
  });
});
