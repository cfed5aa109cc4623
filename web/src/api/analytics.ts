import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import type { paths } from './schema';

export type AnalyticsFilter = NonNullable<
  paths['/api/v1/analytics/tasks']['get']['parameters']['query']
>;

/** How the tasks of a user did. */
export const analyticsQuery = (filter: AnalyticsFilter) =>
  queryOptions({
    queryKey: ['analytics', 'of-user', filter],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/analytics/tasks', { params: { query: filter }, signal })),
  });

export type AllAnalyticsFilter = Omit<
  NonNullable<paths['/api/v1/system/analytics']['get']['parameters']['query']>,
  'cursor'
>;

/** How the tasks of everybody did; for admins. */
export const allAnalyticsQuery = (filter: AllAnalyticsFilter) =>
  infiniteQueryOptions({
    queryKey: ['analytics', 'of-all', filter],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...filter, ...pageParam };
      const { rows, ...about } = await answered(
        api.GET('/api/v1/system/analytics', { params: { query }, signal }),
      );
      return { ...about, ...rows };
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
