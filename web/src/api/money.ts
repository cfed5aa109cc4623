import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage, ofUser } from './pages';
import type { paths } from './schema';

export const fundsQuery = (user?: number) =>
  queryOptions({
    queryKey: ['funds', 'one', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/funds', { params: { query: ofUser(user) }, signal })),
  });

export const positionsQuery = (user?: number) =>
  queryOptions({
    queryKey: ['positions', 'list', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/positions', { params: { query: ofUser(user) }, signal })),
  });

/** The same with the lots that are left of each position, which takes longer: all fills are gone through for it. */
export const lotsQuery = (user?: number) =>
  queryOptions({
    queryKey: ['positions', 'lots', { user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/positions', {
          params: { query: { ...ofUser(user), lots: true } },
          signal,
        }),
      ),
  });

export type HeldFilter = Omit<
  NonNullable<paths['/api/v1/system/positions']['get']['parameters']['query']>,
  'cursor'
>;

/** What everybody holds; for admins. */
export const allPositionsQuery = (filter: HeldFilter) =>
  infiniteQueryOptions({
    queryKey: ['positions', 'of-all', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/positions', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

export type ClosedFilter = Omit<
  NonNullable<paths['/api/v1/positions/closed']['get']['parameters']['query']>,
  'cursor'
>;

/** What was bought and sold again, the newest sell first. */
export const closedPositionsQuery = (filter: ClosedFilter) =>
  infiniteQueryOptions({
    queryKey: ['positions', 'closed', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/positions/closed', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
