import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { type Page, rows } from './pages';

/** All rows of a list that is small enough to be held: reads page after page until there is none. */
export function useAllRows<T>(query: UseInfiniteQueryResult<InfiniteData<Page<T>>>): T[] {
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  return useMemo(() => rows(data), [data]);
}
