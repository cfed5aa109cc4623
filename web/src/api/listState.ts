import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { type Page, rows } from './pages';
import { pageError } from './problems';

/** What is looked at for one page is bounded, so that of something rare a page may be empty and still have a next one. */
const MOST_EMPTY = 10;

/** A list that is read page after page, in the shapes of `PageState` and `DataTable`. */
export function useListState<T>(query: UseInfiniteQueryResult<InfiniteData<Page<T>>>) {
  const { data, error, isPending, isError, isFetchingNextPage, isFetchNextPageError, hasNextPage } =
    query;
  const items = useMemo(() => rows(data), [data]);
  const failed = isError && !data;
  const { fetchNextPage, isFetching } = query;
  const pages = data?.pages.length ?? 0;
  const isReadOn = items.length === 0 && hasNextPage && !isError && pages < MOST_EMPTY;
  useEffect(() => {
    // With each page that came and was empty.
    if (isReadOn && pages > 0 && !isFetching) void fetchNextPage();
  }, [isReadOn, isFetching, pages, fetchNextPage]);
  return {
    items,
    state: {
      loading: isPending || isReadOn,
      error: failed ? pageError(error, () => void query.refetch()) : null,
    },
    table: {
      more: hasNextPage,
      reading: isFetchingNextPage,
      stuck: isFetchNextPageError,
      onMore: () => void query.fetchNextPage(),
    },
  };
}
