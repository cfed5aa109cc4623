import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, FULL_PAGE, nextPage } from './pages';
import type { paths } from './schema';

export type PnlRange = NonNullable<paths['/api/v1/pnl/summary']['get']['parameters']['query']>;

export const pnlSummaryQuery = (range: PnlRange) =>
  queryOptions({
    queryKey: ['pnl', 'summary', range],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/pnl/summary', { params: { query: range }, signal })),
  });

/** By date, newest first. */
export const pnlDailyQuery = (range: PnlRange) =>
  infiniteQueryOptions({
    queryKey: ['pnl', 'daily', range],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...range, ...pageParam, limit: FULL_PAGE };
      return answered(api.GET('/api/v1/pnl/daily', { params: { query }, signal }));
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** Equity and results by date, oldest first, with the present as the last point. */
export const curveQuery = (range: PnlRange) =>
  queryOptions({
    queryKey: ['pnl', 'curve', range],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/pnl/curve', { params: { query: range }, signal })),
  });

/** What trading cost, by kind and by date. */
export const chargesQuery = (range: PnlRange) =>
  queryOptions({
    queryKey: ['pnl', 'charges', range],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/pnl/charges', { params: { query: { ...range, by: 'day' } }, signal }),
      ),
  });
