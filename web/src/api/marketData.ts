import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import { pressed } from './press';
import { POLL_MS } from './queries';
import type { Prefetched, paths, WarmingState } from './schema';

/** While something is fetched ahead its progress is asked for this often. */
const PROGRESS_MS = 3_000;

export type RestatementFilter = Omit<
  NonNullable<paths['/api/v1/system/market/restatements']['get']['parameters']['query']>,
  'cursor'
>;

/** How the sources of prices stand; for admins. */
export const sourcesQuery = queryOptions({
  queryKey: ['system', 'market-sources'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/market/sources', { signal })),
  refetchInterval: POLL_MS,
});

/** How fetching ahead stands; for admins. */
export const warmingQuery = queryOptions({
  queryKey: ['system', 'warming'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/market/warming', { signal })),
  refetchInterval: ({ state }) => (isFetching(state.data) ? PROGRESS_MS : POLL_MS),
});

/** Whether something is fetched ahead at present. */
export function isFetching(state: WarmingState | undefined): boolean {
  return [state?.held, state?.universe].some((fetch) => fetch != null && fetch.ended_at === null);
}

export const beginWarming = (what: Prefetched) =>
  answered(api.POST('/api/v1/system/market/warming', { headers: pressed(), body: { what } }));

/** Bars of past days that came otherwise, the newest first; for admins. */
export const restatementsQuery = (filter: RestatementFilter) =>
  infiniteQueryOptions({
    queryKey: ['system', 'restatements', filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, ...pageParam };
      return answered(api.GET('/api/v1/system/market/restatements', { params: { query }, signal }));
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    refetchInterval: POLL_MS,
  });
