import { addDays, type DayRange, monthOf, quarterOf, taxYearOf } from '../../format/time';
import { date, oneOf } from '../../shell/search';

export const RANGES = ['month', 'quarter', 'tax_year', 'last_tax_year', 'all', 'own'] as const;

type RangeName = (typeof RANGES)[number];

/** The search parameters of the page. */
export interface PnlSearch {
  range?: RangeName | undefined;
  /** Only with `own`. */
  from?: string | undefined;
  through?: string | undefined;
}

export function pnlSearch(search: Record<string, unknown>): PnlSearch {
  return { ...oneOf(search, 'range', RANGES), ...date(search, 'from'), ...date(search, 'through') };
}

/** The dates that are meant; an end that is left open is not there. */
export function datesOf(search: PnlSearch, today: string): Partial<DayRange> {
  const { range = 'month', from, through } = search;
  switch (range) {
    case 'month':
      return monthOf(today);
    case 'quarter':
      return quarterOf(today);
    case 'tax_year':
      return taxYearOf(today);
    case 'last_tax_year':
      return taxYearOf(addDays(taxYearOf(today).from, -1));
    case 'all':
      return {};
    case 'own':
      return { ...(from && { from }), ...(through && { through }) };
  }
}
