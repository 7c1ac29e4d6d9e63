import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What becomes of a request before anything reads it. */
export type Admission =
  | { kind: 'admitted' }
  | { kind: 'signed-in'; cookie: string }
  | { kind: 'refused'; status: number; why: string };

export interface Access {
  /** The address to print; it holds the token. */
  address: string;
  admit(request: { method: string; url: URL; headers: IncomingHttpHeaders }): Admission;
}

/**
 * Who may use the page: a browser that opened the printed address. Its token becomes a cookie. The Host
 * header must name this server (a name that was rebound to 127.0.0.1 names itself), the Origin must be
 * ours, and whatever changes something must say where it comes from.
 */
export function createAccess(port: number, token = randomBytes(32).toString('base64url')): Access {
  const host = `127.0.0.1:${port}`;
  const origin = `http://${host}`;
  // Cookies know no ports: two consoles on one machine must not sign each other out.
  const cookieName = `tributary-console-${port}`;
  const refused = (status: number, why: string): Admission => ({ kind: 'refused', status, why });
  return {
    address: `${origin}/?token=${token}`,
    admit({ method, url, headers }) {
      if (headers.host !== host) return refused(421, `This server is ${host} and no other name`);
      if (headers.origin !== undefined && headers.origin !== origin) {
        return refused(403, 'The request comes from another page');
      }
      const isRead = method === 'GET' || method === 'HEAD';
      if (!isRead && method !== 'POST') return refused(405, 'Only GET and POST');
      if (!isRead && headers.origin === undefined) return refused(403, 'The request has no Origin');
      const given = url.searchParams.get('token');
      if (given !== null && url.pathname === '/' && isRead) {
        if (!isEqual(given, token))
          return refused(403, 'The token is another one: see the terminal');
        return {
          kind: 'signed-in',
          cookie: `${cookieName}=${token}; HttpOnly; SameSite=Strict; Path=/`,
        };
      }
      const site = headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none') {
        return refused(403, 'The request comes from another page');
      }
      if (isEqual(cookieOf(headers.cookie, cookieName), token)) return { kind: 'admitted' };
      return refused(403, 'Open the address that the terminal printed: it holds the token');
    },
  };
}

function cookieOf(header: string | undefined, name: string): string {
  for (const pair of (header ?? '').split(';')) {
    const [key = '', value = ''] = pair.trim().split('=');
    if (key === name) return value;
  }
  return '';
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `nonce` is for the editor's own style sheet; nothing else may write styles, and nobody scripts. */
export const securityHeaders = (nonce: string): Record<string, string> => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // The browser itself refuses to read text as HTML, whichever library would try.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
});
