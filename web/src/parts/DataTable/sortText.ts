import type { Sort } from './types';

/** A sort as it stands in the URL: `rsi`, or `-rsi` from high to low. */
export function sortOf({ sort }: { sort?: string | undefined }): Sort | null {
  if (sort === undefined) return null;
  const descending = sort.startsWith('-');
  return { column: descending ? sort.slice(1) : sort, descending };
}

export function sortText(sort: Sort | null): string | undefined {
  return sort === null ? undefined : `${sort.descending ? '-' : ''}${sort.column}`;
}
