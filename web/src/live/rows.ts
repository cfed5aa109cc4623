import type { InfiniteData } from '@tanstack/react-query';
import type { Page } from '../api/pages';

/** The pages of a list with each row changed. */
export function changeRows<T>(data: InfiniteData<Page<T>> | undefined, change: (row: T) => T) {
  if (!data) return data;
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(change) })) };
}
