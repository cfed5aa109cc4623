import { infiniteQueryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import type { paths } from './schema';

export type LogFilter = Omit<
  NonNullable<paths['/api/v1/logs']['get']['parameters']['query']>,
  'cursor'
>;

export type LogOfAllFilter = NonNullable<
  paths['/api/v1/system/logs']['get']['parameters']['query']
>;

// What was written since a list was last shown was not heard: lines are read anew each time they are shown.
const FRESH = { staleTime: 0 } as const;

/** Lines of a user's runs, newest first. A page of a rare text may be empty and have a next one all the same. */
export const logsQuery = (filter: LogFilter) =>
  infiniteQueryOptions({
    queryKey: ['logs', 'list', filter],
    ...FRESH,
    queryFn: ({ pageParam, signal }) =>
      answered(api.GET('/api/v1/logs', { params: { query: { ...filter, ...pageParam } }, signal })),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** The same of everybody, with whose they are; for admins. */
export const logsOfAllQuery = (filter: LogOfAllFilter) =>
  infiniteQueryOptions({
    queryKey: ['logs', 'list-of-all', filter],
    ...FRESH,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/logs', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });
