import { type QueryClient, QueryObserver } from '@tanstack/react-query';
import { meQuery } from '../api/auth';
import { Failure, onRefused } from '../api/client';
import { Store } from './store';

/** Whether the session has ended while a page was open: a log-in is asked for over the page. */
export const sessionEnded = new Store(false);

export function isSignedOut(error: unknown): boolean {
  return error instanceof Failure && error.code === 'not_signed_in';
}

/** Asks for a log-in as soon as a read or a write is told that nobody is logged in. */
export function watchSession(cache: QueryClient): void {
  onRefused((failure) => {
    // Before the first log-in the pages lead to the log-in page by themselves.
    if (isSignedOut(failure) && cache.getQueryData(meQuery.queryKey)) sessionEnded.set(true);
  });
}

/** Asks the daemon whether the session holds; a stream that was closed with 4401 does not say why. */
export async function checkSession(cache: QueryClient): Promise<boolean> {
  const observer = new QueryObserver(cache, { ...meQuery, enabled: false });
  const { data, error } = await observer.refetch();
  return !isSignedOut(error) && data !== undefined;
}
