import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import type { Resource } from './keys';
import type { StateChange } from './schema';

/** What may be sent, and why not more: of the caller, or of a user whom an admin names. */
export const tradingStateQuery = (user?: number) =>
  queryOptions({
    queryKey: ['trading', 'state', { user }],
    queryFn: ({ signal }) =>
      user === undefined
        ? answered(api.GET('/api/v1/user/trading-state', { signal }))
        : answered(
            api.GET('/api/v1/users/{id}/trading-state', { params: { path: { id: user } }, signal }),
          ),
  });

/** Sets the caller's own state, or the one that an admin sets for a user. */
export const setTradingState = (body: StateChange, user?: number) =>
  user === undefined
    ? answered(api.PUT('/api/v1/user/trading-state', { body }))
    : answered(
        api.PUT('/api/v1/users/{id}/trading-state', { params: { path: { id: user } }, body }),
      );

/** What a trading state shows in, besides itself: halted is the kill switch. */
export const TRADING: readonly Resource[] = ['trading', 'limits', 'users'];
