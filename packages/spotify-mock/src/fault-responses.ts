import type { Fault } from './faults.ts';
import { type ApiResponse, apiError, rateLimited, TOKEN_EXPIRED } from './responses.ts';

/** What a fault responds in place of the API; undefined if it needs the real response. */
export function respondInstead(fault: Fault): ApiResponse | undefined {
  switch (fault.kind) {
    case 'rate-limit': {
      const { status, body, headers = {} } = rateLimited(fault.retryAfter);
      return {
        status,
        body: fault.json === false ? 'Too many requests' : body,
        headers: fault.header === false ? {} : headers,
      };
    }
    case 'quota': {
      const error = { status: 429, message: 'Too many requests', reason: 'QUOTA_EXCEEDED' };
      const headers = { 'Retry-After': String(fault.retryAfter ?? 81_654) };
      return { status: 429, body: { error }, headers };
    }
    case 'token-expiry':
      return TOKEN_EXPIRED;
    case 'bad-gateway':
      return apiError(502, 'Bad gateway.');
    case 'internal-error':
      return apiError(500, 'Server error.');
    case 'plain-403':
      return {
        status: 403,
        body: 'Active premium subscription required for the owner of the app.',
      };
    case 'redirect': {
      // The server makes an address of its own of a path alone.
      const Location = fault.to === 'itself' ? '' : 'http://127.0.0.2:9/elsewhere';
      return { status: 302, body: '', headers: { Location } };
    }
    case 'drop':
      // Never sent: the connection ends before it.
      return fault.when === 'before' ? apiError(502, 'Bad gateway.') : undefined;
    default:
      return undefined;
  }
}

/** A token's response with another `expires_in`, or with none. */
export function withExpiry(response: ApiResponse, value: unknown): ApiResponse {
  const { expires_in: _, ...body } = response.body as Record<string, unknown>;
  return {
    ...response,
    body: value === undefined ? body : { ...body, expires_in: value },
  };
}
