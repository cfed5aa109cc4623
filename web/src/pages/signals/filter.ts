import { ofUser } from '../../api/pages';
import type { SignalFilter } from '../../api/signals';
import { date, oneOf, text } from '../../shell/search';

export const STATUS_NAMES = ['active', 'traded', 'rejected', 'failed', 'expired'] as const;
export const KINDS = ['buy', 'strong_buy', 'reentry', 'exit'] as const;

/** The search parameters of the page: what is shown of which signals, in which order. */
export interface SignalSearch {
  status?: (typeof STATUS_NAMES)[number] | undefined;
  /** Kinds with commas between them. */
  kind?: string | undefined;
  symbol?: string | undefined;
  from?: string | undefined;
  through?: string | undefined;
  /** Ids of columns with commas between them; those that stand there at first when it is missing. */
  columns?: string | undefined;
  /** The id of a column, `-` before it for descending. */
  sort?: string | undefined;
}

export function signalSearch(search: Record<string, unknown>): SignalSearch {
  return {
    ...oneOf(search, 'status', STATUS_NAMES),
    ...text(search, 'kind'),
    ...text(search, 'symbol'),
    ...date(search, 'from'),
    ...date(search, 'through'),
    ...text(search, 'columns'),
    ...text(search, 'sort'),
  };
}

export function filterOf(search: SignalSearch, user: number | undefined): SignalFilter {
  const { status, symbol, from, through } = search;
  // What somebody typed into the URL may name others.
  const kinds = KINDS.filter((kind) => search.kind?.split(',').includes(kind));
  return {
    ...ofUser(user),
    ...(status && { status }),
    ...(kinds.length > 0 && { kind: kinds.join(',') }),
    ...(symbol && { symbol: symbol.toUpperCase() }),
    ...(from && { from }),
    ...(through && { through }),
    limit: 200,
  };
}

export function isFiltered({ status, kind, symbol, from, through }: SignalSearch): boolean {
  return [status, kind, symbol, from, through].some((value) => value !== undefined);
}
