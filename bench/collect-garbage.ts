import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** So that what one piece of work left behind is not charged to the next. */
export const collectGarbage = runInNewContext('gc') as () => void;
