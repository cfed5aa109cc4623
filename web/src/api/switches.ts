import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { ofUser } from './pages';
import { pressed } from './press';

/** The limits of a user; `in_force` tells as well whether orders are stopped. */
export const limitsQuery = (user?: number) =>
  queryOptions({
    queryKey: ['limits', 'one', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/user/limits', { params: { query: ofUser(user) }, signal })),
  });

/** The daemon's kill switch, which stops the orders of everybody; for admins. */
export const systemSwitchQuery = queryOptions({
  queryKey: ['switches', 'system'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/kill-switch', { signal })),
});

export const setUserSwitch = (on: boolean, user?: number) =>
  answered(
    api.POST('/api/v1/user/kill-switch', {
      params: { query: ofUser(user) },
      headers: pressed(),
      body: { on },
    }),
  );

export const setSystemSwitch = (on: boolean) =>
  answered(api.POST('/api/v1/system/kill-switch', { headers: pressed(), body: { on } }));
