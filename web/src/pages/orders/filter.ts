import type { AllOrdersFilter } from '../../api/orders';
import type { OrderState } from '../../format/outcome';
import { date, oneOf, text, yes } from '../../shell/search';

export const TABS = [
  'unknown',
  'open',
  'filled',
  'rejected',
  'cancelled',
  'expired',
  'all',
] as const;

export type OrderTab = (typeof TABS)[number];

/** The search parameters of the page. */
export interface OrderSearch {
  tab?: OrderTab | undefined;
  symbol?: string | undefined;
  from?: string | undefined;
  through?: string | undefined;
  side?: 'buy' | 'sell' | undefined;
  strategy?: string | undefined;
  /** For admins: the own orders in place of those of everybody. */
  mine?: true | undefined;
  /** The order whose story is open. */
  order?: string | undefined;
}

export function orderSearch(search: Record<string, unknown>): OrderSearch {
  return {
    ...oneOf(search, 'tab', TABS),
    ...text(search, 'symbol'),
    ...date(search, 'from'),
    ...date(search, 'through'),
    ...oneOf(search, 'side', ['buy', 'sell'] as const),
    ...text(search, 'strategy'),
    ...yes(search, 'mine'),
    ...text(search, 'order'),
  };
}

/** What the API is asked for, apart from the state. */
export function filterOf(search: OrderSearch): AllOrdersFilter {
  const { symbol, from, through, side, strategy } = search;
  return {
    ...(symbol && { symbol: symbol.toUpperCase() }),
    ...(from && { from }),
    ...(through && { through }),
    ...(side && { side }),
    ...(strategy && { strategy }),
  };
}

/** The states of orders that may still be filled. */
const OPEN: readonly OrderState[] = ['intent', 'sent', 'accepted', 'unknown', 'partially_filled'];

/** The states that a tab shows; undefined for all. */
function statesOf(tab: OrderTab): readonly OrderState[] | undefined {
  if (tab === 'all') return undefined;
  return tab === 'open' ? OPEN : [tab];
}

export function stateFilter(tab: OrderTab): Pick<AllOrdersFilter, 'states'> {
  const states = statesOf(tab);
  return states === undefined ? {} : { states: states.join(',') };
}

/** How many orders stand on a tab, of the numbers by state. */
export function countOn(
  tab: OrderTab,
  states: readonly { state: OrderState; orders: number }[],
): number {
  const shown = statesOf(tab);
  const counted = states.filter(({ state }) => shown === undefined || shown.includes(state));
  return counted.reduce((sum, { orders }) => sum + orders, 0);
}

/** Whether something other than the tab leaves orders out. */
export function isFiltered(search: OrderSearch): boolean {
  const { symbol, from, through, side, strategy } = search;
  return [symbol, from, through, side, strategy].some((value) => value !== undefined);
}
