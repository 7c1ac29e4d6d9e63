import type { Fault } from './faults.ts';
import type { Item, Page, PageResponse } from './responses.ts';

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
    case 'short-page':
      if (items.length <= fault.keep) return false;
      items.splice(fault.keep);
      page.next = linkTo(page, page.offset + fault.keep);
      return true;
    case 'odd-total':
      Object.assign(page, { total: fault.value });
      return true;
    case 'missing-field':
      delete (page as Partial<Page>)[fault.field];
      return true;
    case 'item-without-id':
      return changeItem(items, fault.index, (item) => ({ ...item, id: null }));
    case 'credit-without-id':
      return changeItem(items, fault.index, (item) => {
        const [first, ...others] = (item.artists ?? []) as Item[];
        return first && { ...item, artists: [{ ...first, id: null }, ...others] };
      });
    case 'repeated-item': {
      const at = (fault.index ?? 0) % Math.max(1, items.length);
      if (items.length === 0 || (fault.replace && items.length < 2)) return false;
      items.splice(at + 1, fault.replace ? 1 : 0, items[at] ?? null);
      return true;
    }
    case 'broken-text': {
      const mark = fault.how === 'invalid-utf8' ? INVALID_UTF8 : HALF_PAIR;
      return changeItem(items, fault.index, (item) => ({ ...item, name: `${item.name}${mark}` }));
    }
    default:
      return false;
  }
}

/** Stand for what JSON.stringify cannot write; `encode` writes it. */
const INVALID_UTF8 = '\uE000invalid\uE000';
const HALF_PAIR = '\uE000half\uE000';

/** JSON as bytes, broken text included. */
export function encode(body: unknown): Buffer {
  const json = JSON.stringify(body);
  const parts = json.replaceAll(HALF_PAIR, '\\ud83d').split(INVALID_UTF8);
  return Buffer.concat(
    parts.flatMap((part, i) => [...(i > 0 ? [Buffer.from([0xff, 0xc3])] : []), Buffer.from(part)]),
  );
}

function changeItem(
  items: (Item | null)[],
  index: number | undefined,
  change: (item: Item) => Item | undefined,
): boolean {
  const at = (index ?? 0) % Math.max(1, items.length);
  const item = items[at];
  const changed = item && change(item);
  if (!changed) return false;
  items[at] = changed;
  return true;
}

/** Nothing on the page, and more to come: at this page again (`self`) or behind it (`further`). */
export function emptyPage(page: Page, next: 'self' | 'further'): void {
  page.items = [];
  const further = page.offset + Math.max(1, page.limit);
  page.next = next === 'further' ? linkTo(page, further) : page.href;
}

function linkTo({ href }: Page, offset: number): string {
  const link = new URL(href);
  link.searchParams.set('offset', String(offset));
  return link.href;
}
