import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { pressed } from './press';
import type { CalendarDocument } from './schema';

/** Asked by the market clock only, which has to know when the question left and when the answer came. */
export const readCalendarNow = () => answered(api.GET('/api/v1/calendar/now'));

/** How far the holidays are known; it changes with an import only. */
export const calendarKnownQuery = queryOptions({
  queryKey: ['calendar', 'known'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/calendar/now', { signal })),
});

/** Days of the exchange, in order; 400 at most. */
export const calendarDaysQuery = (from: string, through: string) =>
  queryOptions({
    queryKey: ['calendar', 'days', { from, through }],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/calendar/days', { params: { query: { from, through } }, signal })),
  });

/** The versions of the calendar, newest first; for admins. */
export const calendarVersionsQuery = queryOptions({
  queryKey: ['calendar', 'versions'],
  queryFn: ({ signal }) => answered(api.GET('/api/v1/calendar/versions', { signal })),
});

/** The whole document of a version. */
export const calendarDocumentQuery = (version: number) =>
  queryOptions({
    queryKey: ['calendar', 'document', { version }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/calendar/versions/{version}', { params: { path: { version } }, signal }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const readShippedCalendar = () => answered(api.GET('/api/v1/calendar/shipped'));

/** What a calendar would change. Nothing is taken up. */
export const previewCalendar = (body: CalendarDocument, whole: boolean) =>
  answered(api.POST('/api/v1/calendar/preview', { params: { query: { whole } }, body }));

/** Puts a calendar in force, at once. */
export const importCalendar = (body: CalendarDocument, whole: boolean, expected_version: number) =>
  answered(
    api.POST('/api/v1/calendar', {
      params: { query: { whole, expected_version } },
      headers: pressed(),
      body,
    }),
  );
