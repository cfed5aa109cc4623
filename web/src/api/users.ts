import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, FULL_PAGE, nextPage } from './pages';

/** For admins. */
export const usersQuery = infiniteQueryOptions({
  queryKey: ['users', 'list'],
  queryFn: ({ pageParam, signal }) =>
    answered(
      api.GET('/api/v1/users', { params: { query: { ...pageParam, limit: FULL_PAGE } }, signal }),
    ),
  initialPageParam: FIRST_PAGE,
  getNextPageParam: nextPage,
});

/** For admins. */
export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ['users', 'one', { id }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/users/{id}', { params: { path: { id } }, signal })),
  });
