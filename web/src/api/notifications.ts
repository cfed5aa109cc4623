import { infiniteQueryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import { pressed } from './press';
import type { paths } from './schema';

export type NotificationFilter = Omit<
  NonNullable<paths['/api/v1/notifications']['get']['parameters']['query']>,
  'cursor'
>;

/** The messages to a user, newest first. */
export const notificationsQuery = (filter: NotificationFilter) =>
  infiniteQueryOptions({
    queryKey: ['notifications', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/notifications', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** One's own only: nobody reads for somebody else. */
export const markRead = (id: number) =>
  answered(
    api.POST('/api/v1/notifications/{id}/read', { params: { path: { id } }, headers: pressed() }),
  );

export const markAllRead = () =>
  answered(api.POST('/api/v1/notifications/read-all', { headers: pressed() }));
