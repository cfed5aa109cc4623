import { queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import { ofUser } from './pages';
import type { ChangeBody, Credentials, NewPriceRuns, NewTaskSettings, TaskName } from './schema';

const params = (user: number | undefined) => ({ params: { query: ofUser(user) } });

/** Kind, unit, default and bounds of every setting; the only place where they stand. */
export const settingsSchemaQuery = queryOptions({
  queryKey: ['settings', 'schema'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/user/config/schema', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const strategyQuery = (user?: number) =>
  queryOptions({
    queryKey: ['settings', 'strategy', { user }],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/user/config', { ...params(user), signal })),
  });

export const changeStrategy = (body: ChangeBody, user?: number) =>
  answered(api.PATCH('/api/v1/user/config', { ...params(user), body }));

export const resetStrategy = (expected_version: number, user?: number) =>
  answered(api.POST('/api/v1/user/config/reset', { ...params(user), body: { expected_version } }));

export const changeLimits = (body: ChangeBody, user?: number) =>
  answered(api.PATCH('/api/v1/user/limits', { ...params(user), body }));

export const preferencesQuery = (user?: number) =>
  queryOptions({
    queryKey: ['settings', 'preferences', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/user/notifications/preferences', { ...params(user), signal })),
  });

export const changePreferences = (body: ChangeBody, user?: number) =>
  answered(api.PATCH('/api/v1/user/notifications/preferences', { ...params(user), body }));

export const capitalQuery = (user?: number) =>
  queryOptions({
    queryKey: ['funds', 'capital', { user }],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/user/capital', { ...params(user), signal })),
  });

export const setCapital = (capital_paise: number, user?: number) =>
  answered(api.PUT('/api/v1/user/capital', { ...params(user), body: { capital_paise } }));

export const taskSettingsQuery = (task: TaskName, user?: number) =>
  queryOptions({
    queryKey: ['settings', 'task', { task, user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/user/tasks/{task}/settings', {
          params: { path: { task }, query: ofUser(user) },
          signal,
        }),
      ),
  });

export const taskSettingsHistoryQuery = (task: TaskName, user?: number) =>
  queryOptions({
    queryKey: ['settings', 'task-history', { task, user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/user/tasks/{task}/settings/history', {
          params: { path: { task }, query: ofUser(user) },
          signal,
        }),
      ),
  });

export const putTaskSettings = (task: TaskName, body: NewTaskSettings, user?: number) =>
  answered(
    api.PUT('/api/v1/user/tasks/{task}/settings', {
      params: { path: { task }, query: ofUser(user) },
      body,
    }),
  );

export const priceRunsQuery = (user?: number) =>
  queryOptions({
    queryKey: ['settings', 'price-runs', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/user/price-runs', { ...params(user), signal })),
  });

export const setPriceRuns = (body: NewPriceRuns, user?: number) =>
  answered(api.PUT('/api/v1/user/price-runs', { ...params(user), body }));

/** Which of the caller's credentials are set; no route tells what they are. */
export const credentialsQuery = queryOptions({
  queryKey: ['settings', 'credentials'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/user/broker/credentials', { signal })),
});

export const saveCredentials = (body: Credentials) =>
  answered(api.PUT('/api/v1/user/broker/credentials', { body }));

export const deleteCredentials = () => done(api.DELETE('/api/v1/user/broker/credentials'));
