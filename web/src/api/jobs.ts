import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';

/** Asks for an answer at once, and for the work to go on as a job. */
export const AS_JOB = { Prefer: 'respond-async' } as const;

const LOOK_MS = 1000;

/** The caller's long work since the daemon started, newest first; looked at each second while any goes on. */
export const jobsQuery = queryOptions({
  queryKey: ['jobs', 'list'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/jobs', { signal })),
  refetchInterval: ({ state }) =>
    state.data?.items.some((job) => job.state === 'under_way') ? LOOK_MS : false,
});

/** One of them, with its answer when it has ended. */
export const jobQuery = (id: number) =>
  queryOptions({
    queryKey: ['jobs', 'one', { id }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/jobs/{id}', { params: { path: { id } }, signal })),
  });

export const endJob = (id: number) =>
  answered(api.DELETE('/api/v1/jobs/{id}', { params: { path: { id } } }));
