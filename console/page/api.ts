import { useEffect, useState } from 'preact/hooks';

/** What is known of something that is being fetched. */
export interface Loaded<T> {
  value?: T;
  error?: string;
  isLoading: boolean;
}

async function parse<T>(response: Response): Promise<T> {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? `Status ${response.status}`);
  return body;
}

export const get = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  parse(await fetch(`/api/${path}`, signal ? { signal } : {}));

export const post = async <T>(path: string, body: unknown): Promise<T> =>
  parse(
    await fetch(`/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );

/** Fetches a path as it changes, and again with every new `version`; undefined fetches nothing. */
export function useGet<T>(path: string | undefined, version: unknown = 0): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { path?: string | undefined }>({
    isLoading: true,
  });
  useEffect(() => {
    if (path === undefined) return setState({ isLoading: false });
    const stop = new AbortController();
    setState((old) => (old.path === path ? { ...old, isLoading: true } : { isLoading: true }));
    get<T>(path, stop.signal).then(
      (value) => setState({ value, path, isLoading: false }),
      (error) => stop.signal.aborted || setState({ error: error.message, path, isLoading: false }),
    );
    return () => stop.abort();
  }, [path, version]);
  return state;
}

const SILENCE_MS = 12_000;

export interface Live<T> extends Loaded<T> {
  isConnected: boolean;
}

/**
 * Follows server-sent events of one name. Each connection begins with the whole; where nothing was heard
 * for longer than a heartbeat (the machine slept, the server was started anew) it connects again.
 */
export function useLive<T>(
  path: string | undefined,
  name: string,
  onEvent?: (data: T) => void,
): Live<T> {
  const [state, setState] = useState<Live<T>>({ isLoading: true, isConnected: false });
  useEffect(() => {
    setState({ isLoading: true, isConnected: false });
    if (path === undefined) return;
    let source: EventSource;
    let heardAt = Date.now();
    const heard = () => {
      heardAt = Date.now();
    };
    const connect = () => {
      heard();
      source = new EventSource(`/api/${path}`);
      source.addEventListener('beat', () => {
        heard();
        setState((old) => (old.isConnected ? old : { ...old, isConnected: true }));
      });
      source.addEventListener(name, (event) => {
        heard();
        const value = JSON.parse(event.data) as T;
        onEvent?.(value);
        setState({ value, isLoading: false, isConnected: true });
      });
      source.addEventListener('fault', (event) => {
        heard();
        const error = JSON.parse(event.data) as string;
        setState((old) => ({ ...old, error, isLoading: false }));
      });
      source.onerror = () => setState((old) => ({ ...old, isConnected: false }));
    };
    const check = () => {
      if (document.visibilityState === 'hidden') return;
      if (Date.now() - heardAt < SILENCE_MS && source.readyState !== EventSource.CLOSED) return;
      source.close();
      connect();
    };
    connect();
    const timer = setInterval(check, 2_000);
    document.addEventListener('visibilitychange', check);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', check);
      source.close();
    };
  }, [path, name]);
  return state;
}
