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

/** The version is the one that is changed, 0 when nothing is set: when there is another by now, nothing is done. */
const change = (task: string, version: number, user?: number) => ({
  params: { path: { task }, query: { ...ofUser(user), expected_version: version } },
});

export const setGrant = (task: string, version: number, body: TaskAllowance, user?: number) =>
  answered(api.PUT('/api/v1/grants/{task}', { ...change(task, version, user), body }));

export const removeGrant = (task: string, version: number, user?: number) =>
  done(api.DELETE('/api/v1/grants/{task}', change(task, version, user)));
