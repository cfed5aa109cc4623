import { infiniteQueryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import { pressed } from './press';
import type { paths } from './schema';

export type SignalFilter = Omit<
  NonNullable<paths['/api/v1/signals']['get']['parameters']['query']>,
  'cursor'
>;

export const signalsQuery = (filter: SignalFilter) =>
  infiniteQueryOptions({
    queryKey: ['signals', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/signals', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** Turns signals down for the caller, each by itself; nobody does that for somebody else. */
export const rejectSignals = (ids: number[], reason: string) =>
  answered(
    api.POST('/api/v1/signals/reject', { params: { header: pressed() }, body: { ids, reason } }),
  );

/** Takes back that the caller turned a signal down. */
export const activateSignal = (id: number, reason: string) =>
  answered(
    api.POST('/api/v1/signals/{id}/activate', {
      params: { path: { id }, header: pressed() },
      body: { reason },
    }),
  );
