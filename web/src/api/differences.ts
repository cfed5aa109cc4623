import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FULL_PAGE, ofUser } from './pages';
import { pressed } from './press';
import type { HoldingDifferenceDecision } from './schema';

/** Shares of the account that wait for somebody to say whose they are. On paper there are none. */
export const openDifferencesQuery = (user?: number) =>
  queryOptions({
    queryKey: ['positions', 'differences', { user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/user/differences', {
          params: { query: { ...ofUser(user), open: true, limit: FULL_PAGE } },
          signal,
        }),
      ),
  });

/** What becomes of shares that are bought outside. */
export const outsidePurchasesQuery = (user?: number) =>
  queryOptions({
    queryKey: ['positions', 'outside-purchases', { user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/user/outside-purchases', { params: { query: ofUser(user) }, signal }),
      ),
  });

/** Has shares that are bought outside become those of a strategy; none when each purchase is asked about. */
export const setOutsidePurchases = (strategy: string | null, user?: number) =>
  answered(
    api.PUT('/api/v1/user/outside-purchases', {
      params: { query: ofUser(user), header: pressed() },
      body: { rule: strategy === null ? 'ignore' : 'adopt', strategy },
    }),
  );

/** Says what becomes of a difference. */
export const decideDifference = (id: number, decision: HoldingDifferenceDecision, user?: number) =>
  answered(
    api.POST('/api/v1/user/differences/{id}', {
      params: { path: { id }, query: ofUser(user), header: pressed() },
      body: decision,
    }),
  );
