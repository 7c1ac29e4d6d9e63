import { withMiddleware } from '../lib/middleware.ts';
import { connectEnrichment } from '../lib/stream-clients.ts';
import { parseStreamEvent } from '../lib/stream-event.ts';
import { enrichSessions } from './enrich-sessions.ts';

export const handler = withMiddleware(connectEnrichment, (event, dependencies, context) =>
  enrichSessions(parseStreamEvent(event), dependencies, () => context.getRemainingTimeInMillis()),
);
