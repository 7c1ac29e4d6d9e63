export type Item = Record<string, unknown>;

/** Spotify's paging object. */
export type Page = {
  href: string;
  items: (Item | null)[];
  limit: number;
  next: string | null;
  offset: number;
  previous: string | null;
  total: number;
};

/** A string as body is sent as plain text, everything else as JSON. */
export type ApiResponse = { status: number; body: unknown; headers?: Record<string, string> };

/** A page on its way out, still open to faults; `itemBefore` is the last item of the page before. */
export type PageResponse = { page: Page; wrap: 'albums' | undefined; itemBefore: Item | undefined };

export function apiError(
  status: number,
  message: string,
  headers: Record<string, string> = {},
): ApiResponse {
  return { status, body: { error: { status, message } }, headers };
}

export const TOKEN_EXPIRED = apiError(401, 'The access token expired');
export const TOKEN_REJECTED = apiError(401, 'Missing/invalid/expired access token');

export function rateLimited(retryAfterSeconds: number): ApiResponse {
  return apiError(429, 'API rate limit exceeded', { 'Retry-After': String(retryAfterSeconds) });
}

export function pageResponse({ page, wrap }: PageResponse): ApiResponse {
  return { status: 200, body: wrap ? { [wrap]: page } : page };
}
