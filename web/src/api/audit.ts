import { infiniteQueryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage } from './pages';
import { POLL_MS } from './queries';
import type { ChainCheck, paths } from './schema';

export type AuditFilter = Omit<
  NonNullable<paths['/api/v1/audit']['get']['parameters']['query']>,
  'cursor'
>;

/** Who changed what, newest first; for admins. The stream is silent about it. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/audit', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    refetchInterval: POLL_MS,
  });

/** Checks that each entry holds the hash of the one before it, part after part; returns what the last part found. */
export async function verifyAudit(): Promise<ChainCheck & { checked: number }> {
  let checked = 0;
  let cursor = {};
  for (;;) {
    const part = await answered(api.GET('/api/v1/audit/verify', { params: { query: cursor } }));
    checked += part.intact;
    if (part.broken !== null || part.next === null) return { ...part, checked };
    cursor = { cursor: part.next };
  }
}
