import { queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import { ofUser } from './pages';
import { POLL_MS } from './queries';
import type { TaskAllowance } from './schema';

/** The allowance of each task for everybody, and those of single users; for admins. */
export const grantsQuery = queryOptions({
  queryKey: ['grants', 'list'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/grants', { signal })),
});

/** What a user's runs of today have used, beside what they are granted. */
export const grantsUsedQuery = (user?: number) =>
  queryOptions({
    queryKey: ['grants', 'used', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/grants/used', { params: { query: ofUser(user) }, signal })),
    refetchInterval: POLL_MS,
  });

export const setGrant = (task: string, body: TaskAllowance, user?: number) =>
  answered(
    api.PUT('/api/v1/grants/{task}', { params: { path: { task }, query: ofUser(user) }, body }),
  );

export const removeGrant = (task: string, user?: number) =>
  done(api.DELETE('/api/v1/grants/{task}', { params: { path: { task }, query: ofUser(user) } }));
