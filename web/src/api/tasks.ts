import { queryOptions } from '@tanstack/react-query';
import { answered, api, done } from './client';
import { pressed } from './press';
import type { AddedTask, ManifestDocument } from './schema';
import { uploadComponent } from './upload';

/** Every task that the caller may see, in the order in which those run that are due at the same instant. */
export const tasksQuery = queryOptions({
  queryKey: ['tasks', 'list'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/tasks', { signal })),
  staleTime: 300_000,
});

/** Takes up a component that exports its manifest. */
export const addTask = (component: Blob, onProgress: (ratio: number) => void) =>
  uploadComponent<AddedTask>('/api/v1/tasks', component, onProgress);

/** Takes up a task by its manifest, for a component that exports none. */
export const declareTask = (task: string, body: ManifestDocument) =>
  answered(api.PUT('/api/v1/tasks/{task}', { params: { path: { task } }, body }));

/** Accepts the manifest of a version as what the task is from now on. */
export const acceptManifest = (task: string, version: number) =>
  answered(
    api.POST('/api/v1/tasks/{task}/accept', {
      params: { path: { task } },
      headers: pressed(),
      body: { version },
    }),
  );

export const removeTask = (task: string) =>
  done(api.DELETE('/api/v1/tasks/{task}', { params: { path: { task } } }));
