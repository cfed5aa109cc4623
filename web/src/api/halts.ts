import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage, ofUser } from './pages';
import { pressed } from './press';
import { POLL_MS } from './queries';

/** What of a user is not sent until an admin lifts that. */
export const haltsQuery = (user: number | undefined, open?: boolean) =>
  infiniteQueryOptions({
    queryKey: ['halts', 'list', { user, open }],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...ofUser(user), ...(open !== undefined && { open }), ...pageParam };
      return answered(api.GET('/api/v1/halts', { params: { query }, signal }));
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    refetchInterval: POLL_MS,
  });

/** Of everybody; for admins. */
export const haltsOfAllQuery = (open?: boolean) =>
  infiniteQueryOptions({
    queryKey: ['halts', 'of-all', { open }],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...(open !== undefined && { open }), ...pageParam };
      return answered(api.GET('/api/v1/system/halts', { params: { query }, signal }));
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    refetchInterval: POLL_MS,
  });

export const liftHalt = (id: number, explanation: string) =>
  answered(
    api.POST('/api/v1/halts/{id}/lift', {
      params: { path: { id } },
      headers: pressed(),
      body: { explanation },
    }),
  );

/** Shares that opened so far from their last close that nobody buys them until an admin has said why. */
export const priceJumpsQuery = queryOptions({
  queryKey: ['halts', 'price-jumps'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/market/price-jumps', { signal })),
  refetchInterval: POLL_MS,
});

export const explainJump = (symbol: string, explanation: string) =>
  answered(
    api.POST('/api/v1/market/price-jumps/{symbol}/explain', {
      params: { path: { symbol } },
      headers: pressed(),
      body: { explanation },
    }),
  );
