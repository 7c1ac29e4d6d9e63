import { History, type HistoryEvent } from '../../src/step-functions/history.ts';
import {
  type ExecutionOptions,
  runStateMachine,
} from '../../src/step-functions/run-state-machine.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:work';
const named = (name: string, message = 'why') => Object.assign(new Error(message), { name });
const task = (more: object = {}) => ({ Type: 'Task', Resource: FUNCTION, End: true, ...more });

async function historyOf(
  States: Record<string, object>,
  callTask: ExecutionOptions['callTask'],
  input: unknown = {},
  more: Partial<ExecutionOptions> = {},
) {
  const history = new History();
  const definition = { StartAt: Object.keys(States)[0], States };
  const options = { callTask, history, retryMs: 0, waitMs: 0, roleArn: 'role', ...more };
  const execution = await runStateMachine(definition, 'run-1', input, options);
  return { execution, events: history.events };
}
const typesOf = (events: HistoryEvent[]) => events.map(({ type }) => type);

describe('The history of an execution', () => {
  it('names what happened as AWS does, and links each event to the one before', async () => {
    const { events } = await historyOf({ Work: task() }, async () => ({ n: 1 }), { x: 1 });
    expect(events).toEqual(
      [
        {
          type: 'ExecutionStarted',
          executionStartedEventDetails: { input: '{"x":1}', roleArn: 'role' },
        },
        {
          type: 'TaskStateEntered',
          stateEnteredEventDetails: { name: 'Work', input: '{"x":1}' },
        },
        {
          type: 'LambdaFunctionScheduled',
          lambdaFunctionScheduledEventDetails: { resource: FUNCTION, input: '{"x":1}' },
        },
        { type: 'LambdaFunctionStarted' },
        {
          type: 'LambdaFunctionSucceeded',
          lambdaFunctionSucceededEventDetails: { output: '{"n":1}' },
        },
        { type: 'TaskStateExited', stateExitedEventDetails: { name: 'Work', output: '{"n":1}' } },
        { type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{"n":1}' } },
      ].map((each, i) => ({
        id: i + 1,
        previousEventId: i,
        timestamp: expect.closeTo(Date.now() / 1_000, -1),
        ...each,
      })),
    );
  });

  it('shows a retry as a second attempt in the same state, and a caught error as its exit', async () => {
    const Retry = [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }];
    const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Over' }];
    const { events } = await historyOf(
      { Work: task({ Retry, Catch }), Over: { Type: 'Succeed' } },
      async () => {
        throw named('Busy');
      },
    );
    const attempt = ['LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionFailed'];
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      ...attempt,
      ...attempt,
      'TaskStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events[4]).toMatchObject({
      lambdaFunctionFailedEventDetails: { error: 'Busy', cause: 'why' },
    });
  });

  it('leads from each event of a Map item back to the start of that item', async () => {
    const { events } = await historyOf(
      {
        Each: {
          Type: 'Map',
          ItemsPath: '$.items',
          MaxConcurrency: 3,
          ItemProcessor: { StartAt: 'Work', States: { Work: task() } },
          End: true,
        },
      },
      async (_, item) => {
        await new Promise((resolve) => setTimeout(resolve, (Number(item) * 7) % 5));
        return item;
      },
      { items: [10, 11, 12, 13, 14, 15] },
    );
    const byId = new Map(events.map((event) => [event.id, event]));
    const itemOf = (event: HistoryEvent): number | undefined => {
      for (let at: HistoryEvent | undefined = event; at; at = byId.get(at.previousEventId)) {
        if (at.type === 'MapIterationStarted') {
          return (at.mapIterationStartedEventDetails as { index: number }).index;
        }
      }
    };
    const outputs = events.filter(({ type }) => type === 'LambdaFunctionSucceeded');
    expect(outputs).toHaveLength(6);
    for (const event of outputs) {
      const { output } = event.lambdaFunctionSucceededEventDetails as { output: string };
      expect(itemOf(event)).toBe(Number(output) - 10);
    }
    expect(events[2]).toMatchObject({
      type: 'MapStateStarted',
      mapStateStartedEventDetails: { length: 6 },
    });
    expect(typesOf(events).slice(-3)).toEqual([
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('says that a Map has failed, and which items were ended with it', async () => {
    const { events } = await historyOf(
      {
        Each: {
          Type: 'Map',
          MaxConcurrency: 2,
          ItemProcessor: { StartAt: 'Work', States: { Work: task() } },
          End: true,
        },
      },
      async (_, item) => {
        await new Promise((resolve) => setTimeout(resolve, item === 0 ? 5 : 60));
        throw named('Broken');
      },
      [0, 1, 2],
    );
    expect(typesOf(events).slice(-5)).toEqual([
      'LambdaFunctionFailed',
      'MapIterationFailed',
      'MapIterationAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
    expect(events.at(-1)).toMatchObject({
      executionFailedEventDetails: { error: 'Broken', cause: 'why' },
    });
  });

  it('names a call of another service by its type, and a task that is too slow', async () => {
    const Resource = 'arn:aws:states:::sns:publish';
    const { events } = await historyOf({ Notify: task({ Resource }) }, async () => ({ id: 1 }));
    expect(typesOf(events)).toContain('TaskSucceeded');
    expect(events[2]).toMatchObject({
      type: 'TaskScheduled',
      taskScheduledEventDetails: { resourceType: 'sns', resource: 'publish', parameters: '{}' },
    });
    const slow = await historyOf(
      { Work: task({ TimeoutSeconds: 0.02 }) },
      () => new Promise((resolve) => setTimeout(resolve, 80, {})),
    );
    expect(typesOf(slow.events).slice(-2)).toEqual(['LambdaFunctionTimedOut', 'ExecutionFailed']);
  });

  it('ends as the execution does: stopped from outside, or out of time', async () => {
    const stopping = new AbortController();
    const wait = { Wait: { Type: 'Wait', Seconds: 60, End: true } };
    setTimeout(() => stopping.abort({ error: 'Mine', cause: 'enough' }), 20);
    const more = { signal: stopping.signal, waitMs: 5_000 };
    const { execution, events } = await historyOf(wait, async () => {}, {}, more);
    expect(execution).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'enough' });
    expect(events.at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      executionAbortedEventDetails: { error: 'Mine', cause: 'enough' },
    });

    const history = new History();
    const definition = { StartAt: 'Wait', TimeoutSeconds: 0.02, States: wait };
    const late = await runStateMachine(definition, 'r', {}, { callTask: async () => {}, history });
    expect(late.status).toBe('TIMED_OUT');
    expect(history.events.at(-1)?.type).toBe('ExecutionTimedOut');
  });
});
