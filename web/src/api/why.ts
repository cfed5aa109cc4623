import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { ofUser } from './pages';

/** Why a share was not traded on a day; on the newest trading date when no day is named. */
export const whyQuery = (symbol: string, user: number | undefined, day: string | undefined) =>
  queryOptions({
    queryKey: ['executions', 'why', { symbol, user, day }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/user/symbols/{symbol}/why', {
          params: { path: { symbol }, query: { ...ofUser(user), ...(day && { day }) } },
          signal,
        }),
      ),
  });
