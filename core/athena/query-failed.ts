import { InvalidInput } from '../errors.ts';

/** A query that its engine rejected, in the engine's own lines: with hint, candidates and caret. */
export class QueryFailed extends InvalidInput {}
