import { QueryClient } from '@tanstack/react-query';
import { Failure } from './client';

/** Rests a moment between two tries of a read; the third failure is shown. */
const TRIES = 3;

/** For what the stream does not tell of: it is asked again this often while it is shown. */
export const POLL_MS = 30_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The stream says what is stale; this is for what was left and comes back.
        staleTime: POLL_MS,
        refetchOnWindowFocus: false,
        retry: (failures, error) => isPassing(error) && failures < TRIES,
        retryDelay: (failures) => 500 * 2 ** failures,
      },
      mutations: { retry: false },
    },
  });
}

/** Whether the same read may be answered a moment later. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  return error.code === 'unreachable' || error.code === 'not_loaded' || error.status >= 500;
}

/** The daemon answers: what is shown and could not be read while it did not is asked for again. */
export function askFailedAgain(cache: QueryClient): void {
  void cache.refetchQueries(
    { type: 'active', predicate: ({ state }) => isPassing(state.error) },
    // What is being tried just now ends by itself.
    { cancelRefetch: false },
  );
}
