import { useEffect, useMemo, useState } from 'preact/hooks';

export const PANELS = ['run', 'history', 'streams', 'rejected', 'lake', 'explain'] as const;
export type Panel = (typeof PANELS)[number];

/** `#/run/<name>?state=…`: a panel, what it shows, and how. */
export interface Route {
  panel: Panel;
  id: string;
  params: URLSearchParams;
}

export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = '', ...rest] = path.split('/').map((part) => decodeURIComponent(part));
  const panel = PANELS.find((each) => each === first) ?? 'run';
  return { panel, id: rest.join('/'), params: new URLSearchParams(query) };
}

export function linkTo(panel: Panel, id = '', params: Record<string, string> = {}): string {
  const query = new URLSearchParams(params).toString();
  return `#/${panel}${id ? `/${encodeURIComponent(id)}` : ''}${query ? `?${query}` : ''}`;
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = () => setHash(location.hash);
    // Effects run after the first drawing: the address may be another one by then.
    change();
    addEventListener('hashchange', change);
    return () => removeEventListener('hashchange', change);
  }, []);
  return useMemo(() => readRoute(hash), [hash]);
}
