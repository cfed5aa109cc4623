import type { InfiniteData } from '@tanstack/react-query';

/** One page of a list, and where the next begins. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

/** Most rows that the API puts on a page. */
export const FULL_PAGE = 500;

/** What a page is asked with: nothing for the first, the cursor of the page before for the others. */
export type PageParam = { cursor?: string };

export const FIRST_PAGE: PageParam = {};

export function nextPage<T>(page: Page<T>): PageParam | undefined {
  return page.next ? { cursor: page.next } : undefined;
}

/** Returns the rows of all pages that were read so far. */
export function rows<T>(data: InfiniteData<Page<T>> | undefined): T[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

/** Names a user in a request; nothing for the caller's own. */
export function ofUser(user: number | undefined): { user?: number } {
  return user === undefined ? {} : { user };
}
