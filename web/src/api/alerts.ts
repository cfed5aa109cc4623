import { infiniteQueryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage, ofUser } from './pages';
import { pressed } from './press';
import type { paths } from './schema';

export type AlertFilter = Omit<
  NonNullable<paths['/api/v1/alerts']['get']['parameters']['query']>,
  'cursor'
>;
export type AlertOfAllFilter = Omit<AlertFilter, 'user'>;

export const alertsQuery = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: ['alerts', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/alerts', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** Of all users and of the installation; for admins. */
export const alertsOfAllQuery = (filter: AlertOfAllFilter) =>
  infiniteQueryOptions({
    queryKey: ['alerts', 'of-all', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/alerts', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** Resolves alerts of one user and of the installation, 100 at most, each by itself. */
export const resolveAlerts = (ids: number[], resolution: string, user?: number) =>
  answered(
    api.POST('/api/v1/alerts/resolve', {
      params: { query: ofUser(user) },
      headers: pressed(),
      body: { ids, resolution },
    }),
  );
