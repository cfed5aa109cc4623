import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type Page, rows } from './pages';
import { pageError } from './problems';

/** A list that is read page after page, in the shapes of `PageState` and `DataTable`. */
export function useListState<T>(query: UseInfiniteQueryResult<InfiniteData<Page<T>>>) {
  const { data, error, isPending, isError, isFetchingNextPage, isFetchNextPageError, hasNextPage } =
    query;
  const items = useMemo(() => rows(data), [data]);
  const failed = isError && !data;
  return {
    items,
    state: {
      loading: isPending,
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
