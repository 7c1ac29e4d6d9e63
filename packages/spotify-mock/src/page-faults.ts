import type { Fault } from './faults.ts';
import type { Page, PageResponse } from './responses.ts';

/** Changes the page in place; false when this fault has nothing to take hold of here. */
export function changePage({ page, wrap, itemBefore }: PageResponse, fault: Fault): boolean {
  const { items } = page;
  switch (fault.kind) {
    case 'null-item':
      if (items.length === 0) return false;
      items[(fault.index ?? 0) % items.length] = null;
      return true;
    case 'shifting-total':
      page.total = Math.max(0, page.total + fault.delta);
      if (fault.endsEarly) page.next = null;
      return true;
    case 'repeated-album':
      if (wrap !== 'albums' || !itemBefore || items.length === 0) return false;
      items.splice(0, fault.replace ? 1 : 0, itemBefore);
      return true;
    default:
      return false;
  }
}

/** Nothing on the page, and more to come: at this page again (`self`) or behind it (`further`). */
export function emptyPage(page: Page, next: 'self' | 'further'): void {
  page.items = [];
  const link = new URL(page.href);
  if (next === 'further') {
    link.searchParams.set('offset', String(page.offset + Math.max(1, page.limit)));
  }
  page.next = link.href;
}
