import { withMiddleware } from '../runtime/middleware.ts';
import { connectEnrichment } from '../runtime/stream-clients.ts';
import { parseStreamEvent } from '../runtime/stream-event.ts';
import { enrichSessions } from './enrich-sessions.ts';

export const handler = withMiddleware(connectEnrichment, (event, dependencies, context) =>
  enrichSessions(parseStreamEvent(event), dependencies, () => context.getRemainingTimeInMillis()),
);
