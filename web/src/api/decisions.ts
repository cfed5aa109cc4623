import { infiniteQueryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import type { paths } from './schema';

export type DecisionFilter = Omit<
  NonNullable<paths['/api/v1/decisions']['get']['parameters']['query']>,
  'cursor'
>;

/** What tasks decided, the newest run first. A page may be short or empty and still have a next one. */
export const decisionsQuery = (filter: DecisionFilter) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'all-decisions', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/decisions', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
