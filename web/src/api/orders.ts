import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage, ofUser } from './pages';
import { pressed } from './press';
import type { paths } from './schema';

export type OrderFilter = Omit<
  NonNullable<paths['/api/v1/orders']['get']['parameters']['query']>,
  'cursor'
>;

export const ordersQuery = (filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: ['orders', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/orders', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** What an admin may ask of the orders of everybody. */
export type AllOrdersFilter = Omit<OrderFilter, 'user'>;

export const allOrdersQuery = (filter: AllOrdersFilter) =>
  infiniteQueryOptions({
    queryKey: ['orders', 'of-all', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/orders', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** How many orders stand in each state. */
export const orderSummaryQuery = (filter: Omit<OrderFilter, 'limit'>) =>
  queryOptions({
    queryKey: ['orders', 'summary', filter],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/orders/summary', { params: { query: filter }, signal })),
  });

/** How many orders of everybody stand in each state. */
export const allOrderSummaryQuery = (filter: Omit<AllOrdersFilter, 'limit'>) =>
  queryOptions({
    queryKey: ['orders', 'summary-of-all', filter],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/system/orders/summary', { params: { query: filter }, signal })),
  });

export const orderQuery = (id: string, user?: number) =>
  queryOptions({
    queryKey: ['orders', 'one', { id, user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/orders/{id}', { params: { path: { id }, query: ofUser(user) }, signal }),
      ),
  });

/** The orders whose outcome is not known, with what speaks for and against each. */
export const unknownOrdersQuery = (user?: number) =>
  queryOptions({
    queryKey: ['orders', 'unknown', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/user/orders/unknown', { params: { query: ofUser(user) }, signal })),
  });

/** The word of a person that an order of unknown outcome never reached the broker. */
export const decideNeverArrived = (id: string, reason: string, user?: number) =>
  answered(
    api.POST('/api/v1/user/orders/{id}/resolve', {
      params: { path: { id }, query: ofUser(user), header: pressed() },
      body: { outcome: 'never_arrived', reason },
    }),
  );

/** The word of a person that the exchange annulled a fill, which the broker's book does not show any more. */
export const decideAnnulled = (id: string, fill: string, reason: string, user?: number) =>
  answered(
    api.POST('/api/v1/user/orders/{id}/resolve', {
      params: { path: { id }, query: ofUser(user), header: pressed() },
      body: { outcome: 'fill_annulled', fill, reason },
    }),
  );

/** Withdraws an order, or gives up that a rejected one is tried again. What was filled meanwhile stays. */
export const cancelOrder = (id: string, reason: string, user?: number) =>
  answered(
    api.POST('/api/v1/orders/{id}/cancel', {
      params: { path: { id }, query: ofUser(user), header: pressed() },
      body: { reason },
    }),
  );
