import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, FULL_PAGE, nextPage } from './pages';
import { pressed } from './press';
import type { paths, ReplayedExecution } from './schema';

export type RunFilter = Omit<
  NonNullable<paths['/api/v1/executions']['get']['parameters']['query']>,
  'cursor'
>;

export type RunOfAllFilter = Omit<RunFilter, 'user'>;

const CALLS_PAGE = 100;

export const runsQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/executions', { params: { query: { ...filter, ...pageParam } }, signal }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** The runs of everybody; for admins. */
export const runsOfAllQuery = (filter: RunOfAllFilter) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'list-of-all', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/executions', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

// Numbers of runs are unique: an admin reads a run of anybody without naming the user. What is over does not change
// any more, whatever the stream tells of other runs: it is read once.
const READ_ONCE = 'static' as const;

export const runQuery = (run: number) =>
  queryOptions({
    queryKey: ['executions', 'one', { run }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/executions/{run}', { params: { path: { run } }, signal })),
    staleTime: ({ state }) => (state.data?.finished_at ? READ_ONCE : 0),
  });

/** What a run asked the host and what it was answered, in order; about a megabyte a page at most. */
export const runCallsQuery = (run: number) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'calls', { run }],
    staleTime: READ_ONCE,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/executions/{run}/calls', {
          params: { path: { run }, query: { ...pageParam, limit: CALLS_PAGE } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

export const runDecisionsQuery = (run: number, isOver: boolean) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'decisions', { run, isOver }],
    staleTime: isOver ? READ_ONCE : 0,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...pageParam, limit: FULL_PAGE };
      return answered(
        api.GET('/api/v1/executions/{run}/decisions', {
          params: { path: { run }, query },
          signal,
        }),
      );
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

export const runLogQuery = (run: number, isOver: boolean) =>
  infiniteQueryOptions({
    queryKey: ['executions', 'log', { run, isOver }],
    // What was written since it was last shown was not heard: lines are read anew each time.
    staleTime: isOver ? READ_ONCE : 0,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...pageParam, limit: FULL_PAGE };
      return answered(
        api.GET('/api/v1/executions/{run}/log', { params: { path: { run }, query }, signal }),
      );
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** Plays the recorded answers to the module again and compares; nothing is executed. */
export async function replayRun(run: number, module: string | null): Promise<ReplayedExecution> {
  const replayed = await answered(
    api.POST('/api/v1/executions/{run}/replay', {
      params: { path: { run } },
      headers: pressed(),
      body: { module },
    }),
  );
  // A job is answered with its number alone, and none was asked for.
  if (!('verdict' in replayed)) throw new Error('the daemon answered a replay without its result');
  return replayed;
}
