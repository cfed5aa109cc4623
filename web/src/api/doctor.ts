import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { ofUser } from './pages';
import { POLL_MS } from './queries';

/** What can be proved of a user's day now. The daemon asks the broker and the market for it, so it is not polled. */
export const doctorQuery = (user: number | undefined) =>
  queryOptions({
    queryKey: ['doctor', 'now', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/user/doctor', { params: { query: ofUser(user) }, signal })),
  });

/** What was found in the mornings. */
export const morningsQuery = (user: number | undefined) =>
  queryOptions({
    queryKey: ['doctor', 'mornings', { user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/user/doctor/mornings', { params: { query: ofUser(user) }, signal }),
      ),
    refetchInterval: POLL_MS,
  });
