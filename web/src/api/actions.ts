import { infiniteQueryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, nextPage, ofUser } from './pages';
import { pressed } from './press';
import type { NewAction, paths } from './schema';

export type ActionFilter = Omit<
  NonNullable<paths['/api/v1/system/actions']['get']['parameters']['query']>,
  'cursor'
>;

/** The corporate actions that the installation knows, the latest ex-date first; for admins. */
export const actionsQuery = (filter: ActionFilter) =>
  infiniteQueryOptions({
    queryKey: ['actions', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/system/actions', {
          params: { query: { ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

export type AppliedFilter = Omit<
  NonNullable<paths['/api/v1/user/actions']['get']['parameters']['query']>,
  'cursor'
>;

/** What corporate actions changed of a user's shares, the newest first. */
export const appliedQuery = (user: number | undefined, filter: Omit<AppliedFilter, 'user'> = {}) =>
  infiniteQueryOptions({
    queryKey: ['positions', 'actions', { user, ...filter }],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/api/v1/user/actions', {
          params: { query: { ...ofUser(user), ...filter, ...pageParam } },
          signal,
        }),
      ),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
  });

export const addAction = (body: NewAction) =>
  answered(api.POST('/api/v1/system/actions', { headers: pressed(), body }));

/** The actions of the market source that something contradicts and that wait for an admin, newest first. */
export const doubtedQuery = infiniteQueryOptions({
  queryKey: ['actions', 'doubted'],
  queryFn: ({ pageParam, signal }) =>
    answered(
      api.GET('/api/v1/system/actions/doubted', {
        params: { query: { state: 'pending', limit: 100, ...pageParam } },
        signal,
      }),
    ),
  initialPageParam: FIRST_PAGE,
  getNextPageParam: nextPage,
});

export const confirmDoubted = (id: number) =>
  answered(
    api.POST('/api/v1/system/actions/doubted/{id}/confirm', {
      params: { path: { id } },
      headers: pressed(),
    }),
  );

export const rejectDoubted = (id: number, reason: string) =>
  answered(
    api.POST('/api/v1/system/actions/doubted/{id}/reject', {
      params: { path: { id } },
      headers: pressed(),
      body: { reason },
    }),
  );

export const undoAction = (id: number, reason: string) =>
  answered(
    api.POST('/api/v1/system/actions/{id}/undo', {
      params: { path: { id } },
      headers: pressed(),
      body: { reason },
    }),
  );

/** A list of actions as somebody brings it: whichever it is, the daemon finds out. */
export interface ActionsFile {
  text: string;
  /** The name of its file; none when it was typed. */
  name: string | undefined;
}

const send = ({ text, name }: ActionsFile, dry_run: boolean, confirm: boolean) =>
  answered(
    api.POST('/api/v1/system/actions/import', {
      params: { query: { dry_run, confirm, ...(name !== undefined && { name }) } },
      headers: { ...(dry_run ? {} : pressed()), 'Content-Type': 'text/csv' },
      body: text,
      bodySerializer: (body: string) => body,
    }),
  );

/** What a list would change; with `confirm` also by actions that something speaks against. Nothing is taken up. */
export const previewActions = (list: ActionsFile, confirm: boolean) => send(list, true, confirm);

/** Takes a list up; without `confirm` actions that something speaks against are left out. */
export const importActions = (list: ActionsFile, confirm: boolean) => send(list, false, confirm);
