import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import { POLL_MS } from './queries';
import type { ChaosChange, NewUser, paths, UserChange } from './schema';

// What only admins do with users; all of it wants a log-in and no token.

export type UserFilter = Omit<
  NonNullable<paths['/api/v1/system/users']['get']['parameters']['query']>,
  'cursor'
>;

/** One row for each user, with how they stand. The stream does not tell of all of it. */
export const usersAtAGlanceQuery = (filter: UserFilter) =>
  infiniteQueryOptions({
    queryKey: ['users', 'at-a-glance', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/users', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    refetchInterval: POLL_MS,
  });

export const userBrokerQuery = (id: number) =>
  queryOptions({
    queryKey: ['users', 'broker', { id }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/users/{id}/broker', { params: { path: { id } }, signal })),
  });

export const userSessionsQuery = (id: number) =>
  infiniteQueryOptions({
    queryKey: ['users', 'sessions', { id }],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/users/{id}/sessions', {
          params: { path: { id }, query: pageParam },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    refetchInterval: POLL_MS,
  });

export const signOut = (id: number) =>
  answered(api.DELETE('/api/v1/users/{id}/sessions', { params: { path: { id } } }));

export const createUser = (body: NewUser) => answered(api.POST('/api/v1/users', { body }));

export const changeUser = (id: number, body: UserChange) =>
  answered(api.PATCH('/api/v1/users/{id}', { params: { path: { id } }, body }));

/** Not with the key of a press: an answer with a secret is not kept, and a second link ends the first. */
export const makeResetLink = (id: number, remove_totp: boolean) =>
  answered(
    api.POST('/api/v1/users/{id}/reset-link', { params: { path: { id } }, body: { remove_totp } }),
  );

/** For a broker at which the money is real the daemon wants the admin's own password. */
export const changeBroker = (id: number, broker: string, password?: string) =>
  answered(
    api.PUT('/api/v1/users/{id}/broker', {
      params: { path: { id } },
      body: password === undefined ? { broker } : { broker, password },
    }),
  );

/** Has a user's paper broker misbehave for practice, until the end of the date. */
export const turnOnChaos = (id: number, body: ChaosChange) =>
  answered(api.PUT('/api/v1/users/{id}/chaos', { params: { path: { id } }, body }));

export const turnOffChaos = (id: number) =>
  answered(api.DELETE('/api/v1/users/{id}/chaos', { params: { path: { id } } }));
