import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { fundsQuery } from '../api/money';
import type { Page } from '../api/pages';
import type {
  Bars,
  Funds,
  PagePositionDetail,
  PositionDetail,
  PositionOfUser,
  Quotes,
} from '../api/schema';
import type { PriceMessage } from './messages';
import { changeRows } from './rows';

/** Writes the price of a share into everything that was read and shows it. */
export function patchPrice(cache: QueryClient, price: PriceMessage): void {
  patchQuotes(cache, price);
  patchBars(cache, price);
  patchPositions(cache, price);
}

function patchQuotes(cache: QueryClient, price: PriceMessage): void {
  const change = (quote: Quotes['quotes'][number]) => {
    if (quote.symbol !== price.symbol || isOlder(price, quote.priced_at)) return quote;
    const close = price.previous_close_paise ?? quote.previous_close_paise;
    const day_change_paise = price.last_paise - close;
    return {
      ...quote,
      last_paise: price.last_paise,
      previous_close_paise: close,
      day_change_paise,
      day_change_basis_points: close === 0 ? null : Math.round((day_change_paise * 10_000) / close),
      high_paise: quote.high_paise === null ? null : Math.max(quote.high_paise, price.last_paise),
      low_paise: quote.low_paise === null ? null : Math.min(quote.low_paise, price.last_paise),
      priced_at: price.priced_at,
      source: price.source,
    };
  };
  rewrite<Quotes>(cache, ['market', 'quote'], (data) => {
    const quotes = mapChanged(data.quotes, change);
    return quotes === data.quotes ? data : { ...data, quotes };
  });
}

/**
 * Writes a change into everything that was read below a key. When it was read stays as it was: what the stream does not tell
 * of is read again in time.
 */
function rewrite<T>(cache: QueryClient, queryKey: readonly string[], change: (data: T) => T): void {
  for (const { queryKey: key, state } of cache.getQueryCache().findAll({ queryKey })) {
    const write = (data: T | undefined) => {
      const changed = data && change(data);
      return changed === data ? undefined : changed;
    };
    cache.setQueryData<T>(key, write, { updatedAt: state.dataUpdatedAt });
  }
}

/** The bar that still runs moves with the price; its indicators are read again now and then. */
function patchBars(cache: QueryClient, price: PriceMessage): void {
  const day = price.priced_at.slice(0, 10);
  rewrite<Bars>(cache, ['market', 'candles'], (data) => {
    if (data.symbol !== price.symbol) return data;
    const bars = mapChanged(data.bars, (bar) => {
      if (!bar.running || bar.day > day) return bar;
      return {
        ...bar,
        close_paise: price.last_paise,
        high_paise: Math.max(bar.high_paise, price.last_paise),
        low_paise: Math.min(bar.low_paise, price.last_paise),
      };
    });
    return bars === data.bars ? data : { ...data, bars };
  });
}

function patchPositions(cache: QueryClient, price: PriceMessage): void {
  const lists = cache.getQueriesData<PagePositionDetail>({ queryKey: ['positions', 'list'] });
  for (const [key, data] of lists) {
    if (!data) continue;
    const items = mapChanged(data.items, (position) => atPrice(position, price));
    if (items === data.items) continue;
    cache.setQueryData<PagePositionDetail>(key, { ...data, items });
    patchFunds(cache, userOf(key), items);
  }
  const change = (position: PositionOfUser) => atPrice(position, price);
  cache.setQueriesData<InfiniteData<Page<PositionOfUser>>>(
    { queryKey: ['positions', 'of-all'] },
    (data) => changeRows(data, change),
  );
}

type Priced = Pick<
  PositionDetail,
  | 'symbol'
  | 'quantity'
  | 'invested_paise'
  | 'last_price_paise'
  | 'market_value_paise'
  | 'unrealised_paise'
  | 'priced_at'
  | 'unpriced'
  | 'source'
>;

/** A position that is not valued at the market's price, as after a jump, stays as it is. */
function atPrice<T extends Priced>(position: T, price: PriceMessage): T {
  if (position.symbol !== price.symbol || position.unpriced) return position;
  if (position.priced_at !== null && isOlder(price, position.priced_at)) return position;
  const value = price.last_paise * position.quantity;
  return {
    ...position,
    last_price_paise: price.last_paise,
    market_value_paise: value,
    unrealised_paise: value - position.invested_paise,
    priced_at: price.priced_at,
    source: price.source,
  };
}

/** The money beside the positions; not while one of the two was read before a trade and the other after it. */
function patchFunds(cache: QueryClient, user: number | undefined, held: PositionDetail[]): void {
  const sum = (of: (position: PositionDetail) => number) =>
    held.reduce((total, position) => total + of(position), 0);
  const invested = sum((position) => position.invested_paise);
  const value = sum((position) => position.market_value_paise);
  cache.setQueryData<Funds>(fundsQuery(user).queryKey, (funds) => {
    if (funds?.invested_paise !== invested) return funds;
    return {
      ...funds,
      market_value_paise: value,
      unrealised_paise: value - invested,
      total_paise: funds.cash_paise + value,
    };
  });
}

/** The user in a key such as `['positions', 'list', { user: 7 }]`. */
function userOf(key: readonly unknown[]): number | undefined {
  const of = key[2];
  const hasUser = typeof of === 'object' && of !== null && 'user' in of;
  return hasUser && typeof of.user === 'number' ? of.user : undefined;
}

function isOlder(price: PriceMessage, than: string): boolean {
  return Date.parse(price.priced_at) < Date.parse(than);
}

/** The same list where nothing in it changes, so that nothing is drawn again. */
function mapChanged<T>(rows: T[], change: (row: T) => T): T[] {
  const changed = rows.map(change);
  return changed.some((row, index) => row !== rows[index]) ? changed : rows;
}
