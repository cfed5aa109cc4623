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
function isPassing(error: unknown): boolean {
  return error instanceof Failure && (error.code === 'unreachable' || error.status >= 500);
}
