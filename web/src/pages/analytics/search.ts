import { date, oneOf, yes } from '../../shell/search';

export const GROUPS = ['task', 'version', 'user'] as const;

export type Group = (typeof GROUPS)[number];

/** The search parameters of the page. */
interface AnalyticsSearch {
  by?: Group | undefined;
  from?: string | undefined;
  through?: string | undefined;
  /** For admins: the own tasks in place of those of everybody. */
  mine?: true | undefined;
}

export function analyticsSearch(search: Record<string, unknown>): AnalyticsSearch {
  return {
    ...oneOf(search, 'by', GROUPS),
    ...date(search, 'from'),
    ...date(search, 'through'),
    ...yes(search, 'mine'),
  };
}

/** The dates asked for; an end that is left open is chosen by the API, seven days in all. */
export function datesOf({ from, through }: AnalyticsSearch) {
  return { ...(from && { from }), ...(through && { through }) };
}
