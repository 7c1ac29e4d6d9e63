import { withMiddleware } from '../runtime/middleware.ts';
import { connectRouting } from '../runtime/stream-clients.ts';
import { parseStreamEvent } from '../runtime/stream-event.ts';
import { routeSessions } from './route-sessions.ts';

/** One function for each segment: the mapping's filter lets its events through and no others. */
export const handler = withMiddleware(connectRouting, (event, dependencies, context) =>
  routeSessions(parseStreamEvent(event), dependencies, () => context.getRemainingTimeInMillis()),
);
