import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, FULL_PAGE, nextPage, ofUser } from './pages';
import { pressed } from './press';
import { POLL_MS } from './queries';
import type {
  BegunRun,
  Bulk,
  LogLevelName,
  RestartPolicyName,
  ServiceAction,
  TaskName,
} from './schema';

export const serviceQuery = (user?: number) =>
  queryOptions({
    queryKey: ['services', 'status', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/user/service/status', { params: { query: ofUser(user) }, signal })),
    // For its signs of life, of which the stream is not asked to tell.
    refetchInterval: POLL_MS,
  });

/** What each task of a user does and when it is due next. */
export const taskStatesQuery = (user?: number) =>
  queryOptions({
    queryKey: ['services', 'tasks', { user }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/user/service/tasks', { params: { query: ofUser(user) }, signal })),
  });

/** How each task stands as a service of its own. Asked again now and then for the figures of its process. */
export const individualServicesQuery = (user?: number) =>
  queryOptions({
    queryKey: ['services', 'individual', { user }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/service/individual/status', { params: { query: ofUser(user) }, signal }),
      ),
    refetchInterval: POLL_MS,
  });

/** What happened to the services of a user, newest first. */
export const serviceLogQuery = (filter: { user?: number; level?: LogLevelName }) =>
  infiniteQueryOptions({
    queryKey: ['services', 'log', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/user/service/logs', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

/** The services of all users; for admins. */
export const servicesOfAllQuery = (filter: { running?: boolean } = {}) =>
  infiniteQueryOptions({
    queryKey: ['services', 'of-all', filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, ...pageParam, limit: FULL_PAGE };
      return answered(api.GET('/api/v1/service/status', { params: { query }, signal }));
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

const of = (user: number | undefined) => ({
  params: { query: ofUser(user) },
  headers: pressed(),
});

export const startService = (user?: number) =>
  answered(api.POST('/api/v1/user/service/start', of(user)));
export const stopService = (user?: number) =>
  answered(api.POST('/api/v1/user/service/stop', of(user)));
export const restartService = (user?: number) =>
  answered(api.POST('/api/v1/user/service/restart', of(user)));

export const startIndividual = (task: TaskName, user?: number) =>
  answered(api.POST('/api/v1/service/individual/start', { ...of(user), body: { task } }));
export const stopIndividual = (task: TaskName, user?: number) =>
  answered(api.POST('/api/v1/service/individual/stop', { ...of(user), body: { task } }));
export const setRestart = (task: TaskName, restart: RestartPolicyName, user?: number) =>
  answered(
    api.PUT('/api/v1/service/individual/restart', {
      params: { query: ofUser(user) },
      body: { task, restart },
    }),
  );
export const runOnce = (task: TaskName, user?: number) =>
  answered(api.POST('/api/v1/service/individual/run-once', { ...of(user), body: { task } }));

/** Runs the analysis, which all users share, at once; for admins. */
export async function runAnalysis(): Promise<BegunRun> {
  // The document tells of this answer only what it is for a job.
  const begun: unknown = await answered<unknown>(
    api.POST('/api/v1/service/analysis/run', { headers: pressed() }),
  );
  if (!isBegunRun(begun)) throw new Error('the daemon did not say which run it began');
  return begun;
}

function isBegunRun(answer: unknown): answer is BegunRun {
  return typeof answer === 'object' && answer !== null && 'execution' in answer;
}

/** Restarts the service of everybody who has one on; for admins. */
export const restartAllServices = () =>
  answered(api.POST('/api/v1/service/restart', { headers: pressed() }));

/** Most users whom one request may name. */
const MOST_AT_ONCE = 100;

/** Does the same with the unified services of several users, each by itself; for admins. */
export async function switchServices(users: number[], action: ServiceAction): Promise<Bulk> {
  const all: Bulk = { done: 0, results: [] };
  for (let from = 0; from < users.length; from += MOST_AT_ONCE) {
    const body = { users: users.slice(from, from + MOST_AT_ONCE), action };
    const { done, results } = await answered(
      api.POST('/api/v1/system/services', { headers: pressed(), body }),
    );
    all.done += done;
    all.results.push(...results);
  }
  return all;
}
