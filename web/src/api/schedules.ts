import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { pressed } from './press';
import type {
  BulkChange,
  Candidate,
  Preview,
  RuleView,
  ScheduleChange,
  ScheduleView,
  YearView,
} from './schema';

/**
 * A rule as it is answered. The document says of a zone that it is a text and an object at once, which nothing is; so
 * it is read as a text by whoever shows it.
 */
export type Rule =
  | Exclude<RuleView, { kind: 'cron' }>
  | { kind: 'cron'; expression: string; zone?: unknown };

export type Schedule = Omit<ScheduleView, 'rule' | 'rules'> & { rules: Rule[] };

/** A year as it is answered: the client's types forget that a day is a pair of its date and its number of runs. */
export type Year = Omit<YearView, 'days'> & { days: readonly (readonly (string | number)[])[] };

export type SchedulePreview = Omit<Preview, 'year'> & { year: Year };

/** The newest schedules, with the next slots of each. */
export const schedulesQuery = queryOptions({
  queryKey: ['schedules', 'set'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/service/schedules', { signal })),
});

/** What the schedule of a task was over time, the newest first. */
export const scheduleHistoryQuery = (task: string) =>
  queryOptions({
    queryKey: ['schedules', 'history', { task }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/service/schedules/{task}/history', { params: { path: { task } }, signal }),
      ),
  });

/** What would fire on a date. */
export const testRunQuery = (date: string) =>
  queryOptions({
    queryKey: ['schedules', 'test-run', { date }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/service/schedules/test-run', { params: { query: { date } }, signal }),
      ),
  });

/** What a schedule would do if it were saved. Nothing is saved. */
export const schedulePreviewQuery = (task: string, candidate: Candidate) =>
  queryOptions({
    queryKey: ['schedules', 'preview', { task, candidate }],
    queryFn: ({ signal }) =>
      answered(
        api.POST('/api/v1/service/schedules/{task}/preview', {
          params: { path: { task } },
          body: candidate,
          signal,
        }),
      ),
    retry: false,
  });

export const saveSchedule = (task: string, body: ScheduleChange) =>
  answered(api.PUT('/api/v1/service/schedules/{task}', { params: { path: { task } }, body }));

/** Turns several tasks on or off, in one new version. */
export const switchSchedules = (body: BulkChange) =>
  answered(api.POST('/api/v1/service/schedules/bulk', { headers: pressed(), body }));
