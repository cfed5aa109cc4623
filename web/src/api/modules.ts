import { queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import { AS_JOB } from './jobs';
import { pressed } from './press';
import type { ModuleVersion, Pin } from './schema';
import { uploadComponent } from './upload';

/** Every version of every task's module, by task and version; for admins. */
export const modulesQuery = queryOptions({
  queryKey: ['modules', 'list'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/modules', { signal })),
});

/** Which version of a task was active from when on, newest first. */
export const moduleHistoryQuery = (task: string) =>
  queryOptions({
    queryKey: ['modules', 'history', { task }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/modules/{task}/history', { params: { path: { task } }, signal })),
  });

const of = (task: string, version: number) => ({ params: { path: { task, version } } });

/** The newest trial of a version; null when it was never tried. */
export const trialQuery = (task: string, version: number) =>
  queryOptions({
    queryKey: ['modules', 'trial', { task, version }],
    queryFn: async ({ signal }) => {
      const path = '/api/v1/modules/{task}/{version}/shadow';
      return (await answered(api.GET(path, { ...of(task, version), signal }))).trial;
    },
  });

export const uploadModule = (task: string, component: Blob, onProgress: (ratio: number) => void) =>
  uploadComponent<ModuleVersion>(
    `/api/v1/modules/${encodeURIComponent(task)}`,
    component,
    onProgress,
  );

/** The trial goes on as a job, and longer than the page is open. */
export const tryModule = (task: string, version: number, days: number) =>
  done(
    api.POST('/api/v1/modules/{task}/{version}/shadow', {
      ...of(task, version),
      headers: { ...pressed(), ...AS_JOB },
      body: { days },
    }),
  );

/** By this a job is known as a trial of the version. */
export const trialPath = (task: string, version: number) =>
  `/api/v1/modules/${task}/${version}/shadow`;

/** `force` agrees with a trial in which nothing could be compared. */
export const acceptTrial = (task: string, version: number, force: boolean) =>
  done(
    api.POST('/api/v1/modules/{task}/{version}/shadow/accept', {
      params: { path: { task, version }, query: { force } },
      headers: pressed(),
    }),
  );

export const activateModule = (task: string, version: number, reason: string, force: boolean) =>
  answered(
    api.POST('/api/v1/modules/{task}/{version}/activate', {
      ...of(task, version),
      headers: pressed(),
      body: { reason, force },
    }),
  );

export const rollBackModule = (task: string, reason: string) =>
  answered(
    api.POST('/api/v1/modules/{task}/rollback', {
      params: { path: { task } },
      headers: pressed(),
      body: { reason },
    }),
  );

export const pinModule = (task: string, user: number, body: Pin) =>
  done(api.PUT('/api/v1/modules/{task}/pins/{user}', { params: { path: { task, user } }, body }));

export const unpinModule = (task: string, user: number) =>
  done(api.DELETE('/api/v1/modules/{task}/pins/{user}', { params: { path: { task, user } } }));

export const removeVersion = (task: string, version: number) =>
  done(api.DELETE('/api/v1/modules/{task}/{version}', of(task, version)));
