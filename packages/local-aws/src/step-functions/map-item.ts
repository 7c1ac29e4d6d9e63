import { AsyncLocalStorage } from 'node:async_hooks';
import { StateMachine } from 'aws-local-stepfunctions';

const storage = new AsyncLocalStorage<number>();

/** The number of the Map item that the calling code works for; undefined outside of a Map. */
export const currentMapItem = (): number | undefined => storage.getStore();

/**
 * The interpreter gives a task neither its item nor its number, and exports only its class.
 * It makes a StateMachine for each Map and runs that once for each item, in the items' order: so
 * counting the runs of an instance numbers the items.
 */
const itemsStarted = new WeakMap<StateMachine, number>();
const run = StateMachine.prototype.run;
StateMachine.prototype.run = function (input, options) {
  const isItem = options !== undefined && '_rootAbortSignal' in options;
  if (!isItem) return run.call(this, input, options);
  const index = itemsStarted.get(this) ?? 0;
  itemsStarted.set(this, index + 1);
  return storage.run(index, () => run.call(this, input, options));
};
