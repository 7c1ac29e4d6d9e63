import { messageOf } from './errors.ts';
import { Written } from './http.ts';
import { pause } from './runs.ts';

const HEARTBEAT_MS = 5_000;

/**
 * Server-sent events from what `tell` sends. A heartbeat lets the page notice that it slept, or that the
 * server is gone, and connect again; each connection begins with the whole, so nothing is missed.
 */
export const live = (
  tell: (send: (event: string, data: unknown) => void, signal: AbortSignal) => Promise<void>,
): Written =>
  new Written(async (response, { signal }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const send = (event: string, data: unknown) => {
      // A page that does not read is dropped, not buffered for.
      if (response.writableLength > 8 * 1024 * 1024) return void response.destroy();
      response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    };
    const beat = setInterval(() => send('beat', Date.now()), HEARTBEAT_MS);
    send('beat', Date.now());
    try {
      while (!signal.aborted) {
        try {
          await tell(send, signal);
          return await ended(signal);
        } catch (error) {
          if (signal.aborted) return;
          send('fault', messageOf(error));
          await pause(HEARTBEAT_MS, signal);
        }
      }
    } finally {
      clearInterval(beat);
      response.end();
    }
  });

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
