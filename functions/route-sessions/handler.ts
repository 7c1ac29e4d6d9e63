import { withMiddleware } from '../lib/middleware.ts';
import { connectRouting } from '../lib/stream-clients.ts';
import { parseStreamEvent } from '../lib/stream-event.ts';
import { routeSessions } from './route-sessions.ts';

/** One function for each segment: the mapping's filter lets its events through and no others. */
export const handler = withMiddleware(connectRouting, (event, dependencies, context) =>
  routeSessions(parseStreamEvent(event), dependencies, () => context.getRemainingTimeInMillis()),
);
