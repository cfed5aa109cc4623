import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { ofUser } from './pages';
import { POLL_MS } from './queries';

/** Over which broker the caller trades, and their session there. To ask logs nobody in; the stream does not tell of it. */
export const ownBrokerQuery = queryOptions({
  queryKey: ['settings', 'own-broker'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/user/broker', { signal })),
  refetchInterval: POLL_MS,
});

/** Logs the caller in: with a typed code, or one that the daemon makes. */
export const logInAtBroker = (code?: string) =>
  answered(api.POST('/api/v1/user/broker/login', { body: code ? { code } : {} }));

/** Lets logins be tried again that were blocked or have to wait. */
export const unblockBroker = (user?: number) =>
  answered(api.POST('/api/v1/user/broker/unblock', { params: { query: ofUser(user) } }));
