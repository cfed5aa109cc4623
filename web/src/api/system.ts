import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { POLL_MS } from './queries';
import type { RetentionRule } from './schema';

/** Answered without a log-in. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/health', { signal })),
  refetchInterval: POLL_MS,
});

/** How connections are used; for admins. */
export const connectionsQuery = queryOptions({
  queryKey: ['system', 'connections'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/connections', { signal })),
  refetchInterval: POLL_MS,
});

/** What the daemon uses and how it keeps up; for admins. */
export const metricsQuery = queryOptions({
  queryKey: ['system', 'metrics'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/metrics', { signal })),
  refetchInterval: POLL_MS,
});

/** How long what is kept; for admins. */
export const retentionQuery = queryOptions({
  queryKey: ['system', 'retention'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/system/retention', { signal })),
});

export const setRetention = (body: RetentionRule) =>
  answered(api.PUT('/api/v1/system/retention', { body }));
