import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { quoteQuery } from '../api/market';
import { fundsQuery, positionsQuery } from '../api/money';
import type { PriceMessage } from './messages';
import { patchPrice } from './pricePatch';

const TEN = '2026-11-27T10:00:00.000+05:30';
const PRICE: PriceMessage = {
  type: 'quote',
  at: '2026-11-27T10:01:02.000+05:30',
  symbol: 'SBIN',
  last_paise: 10_100,
  priced_at: '2026-11-27T10:01:00.000+05:30',
  source: 'csv',
  previous_close_paise: 10_000,
};

const SBIN = {
  symbol: 'SBIN',
  strategy: 'rebound',
  quantity: 10,
  average_price_paise: 10_000,
  invested_paise: 100_000,
  last_price_paise: 10_000,
  market_value_paise: 100_000,
  unrealised_paise: 0,
  opened_on: '2026-11-20',
  priced_at: TEN,
  unpriced: false,
  source: 'csv',
  derived: false,
  entries: [],
  looked_after_by: [],
  verdicts: [],
  lots: null,
};
const TCS = { ...SBIN, symbol: 'TCS', quantity: 1, invested_paise: 500, market_value_paise: 400 };
const FUNDS = {
  capital_paise: 200_000,
  cash_paise: 99_500,
  reserved_paise: 0,
  available_paise: 99_500,
  invested_paise: 100_500,
  market_value_paise: 100_400,
  realised_paise: 0,
  unrealised_paise: -100,
  total_paise: 199_900,
  charges_paise: 0,
  income_paise: 0,
};

function read(positions = [SBIN, TCS], funds = FUNDS) {
  const cache = new QueryClient();
  cache.setQueryData(positionsQuery(7).queryKey, { items: positions, next: null });
  cache.setQueryData(fundsQuery(7).queryKey, funds);
  return {
    cache,
    held: () => cache.getQueryData(positionsQuery(7).queryKey)?.items ?? [],
    funds: () => cache.getQueryData(fundsQuery(7).queryKey),
  };
}

test('a position is worth its new price, and the money beside it follows', () => {
  const { cache, held, funds } = read();
  patchPrice(cache, PRICE);
  expect(held()).toEqual([
    {
      ...SBIN,
      last_price_paise: 10_100,
      market_value_paise: 101_000,
      unrealised_paise: 1000,
      priced_at: PRICE.priced_at,
    },
    TCS,
  ]);
  expect(funds()).toEqual({
    ...FUNDS,
    market_value_paise: 101_400,
    unrealised_paise: 900,
    total_paise: 200_900,
  });
});

test('an older price and one of another share change nothing', () => {
  const { cache, held, funds } = read();
  const before = held();
  patchPrice(cache, { ...PRICE, priced_at: '2026-11-27T04:29:00.000Z' });
  patchPrice(cache, { ...PRICE, symbol: 'INFY' });
  expect(held()).toBe(before);
  expect(funds()).toEqual(FUNDS);
});

test('a position that is not valued at the market stays as it is', () => {
  const { cache, held } = read([{ ...SBIN, unpriced: true }]);
  patchPrice(cache, PRICE);
  expect(held()).toMatchObject([{ last_price_paise: 10_000, unpriced: true }]);
});

test('money that was read after another trade than the positions waits for both to be read', () => {
  const { cache, held, funds } = read([SBIN, TCS], { ...FUNDS, invested_paise: 100_000 });
  patchPrice(cache, PRICE);
  expect(held()).toMatchObject([{ last_price_paise: 10_100 }, {}]);
  expect(funds()).toMatchObject({ market_value_paise: 100_400, total_paise: 199_900 });
});

test('everybody’s positions are patched too', () => {
  const cache = new QueryClient();
  const key = ['positions', 'of-all', { limit: 200 }];
  const row = { ...SBIN, user: 2, user_name: 'asha' };
  cache.setQueryData(key, { pages: [{ items: [row, TCS], next: null }], pageParams: [{}] });
  patchPrice(cache, PRICE);
  expect(cache.getQueryData(key)).toMatchObject({
    pages: [{ items: [{ market_value_paise: 101_000 }, { market_value_paise: 400 }] }],
  });
});

test('the quote of a share moves with its low and its high', () => {
  const cache = new QueryClient();
  const quote = {
    symbol: 'SBIN',
    last_paise: 10_050,
    previous_close_paise: 10_000,
    day_change_paise: 50,
    day_change_basis_points: 50,
    open_paise: 10_010,
    high_paise: 10_060,
    low_paise: 9990,
    volume: 5,
    priced_at: TEN,
    source: 'csv',
    derived: false,
  };
  cache.setQueryData(quoteQuery('SBIN').queryKey, { quotes: [quote], unpriced: [] });
  patchPrice(cache, PRICE);
  expect(cache.getQueryData(quoteQuery('SBIN').queryKey)?.quotes).toEqual([
    {
      ...quote,
      last_paise: 10_100,
      day_change_paise: 100,
      day_change_basis_points: 100,
      high_paise: 10_100,
      priced_at: PRICE.priced_at,
    },
  ]);
});

test('a quote counts as read when it was read, and one of another share is not touched', () => {
  const cache = new QueryClient();
  const quote = {
    symbol: 'SBIN',
    last_paise: 10_050,
    previous_close_paise: 10_000,
    day_change_paise: 50,
    day_change_basis_points: 50,
    open_paise: 10_010,
    high_paise: 10_060,
    low_paise: 9990,
    volume: 5,
    priced_at: TEN,
    source: 'csv',
    derived: false,
  };
  const [mine, other] = [quoteQuery('SBIN').queryKey, quoteQuery('TCS').queryKey];
  cache.setQueryData(mine, { quotes: [quote], unpriced: [] }, { updatedAt: 1000 });
  cache.setQueryData(other, { quotes: [], unpriced: ['TCS'] }, { updatedAt: 1000 });
  const writes: unknown[] = [];
  cache.getQueryCache().subscribe(({ query }) => writes.push(query.queryKey));
  patchPrice(cache, PRICE);
  expect(cache.getQueryData(mine)?.quotes[0]?.last_paise).toBe(10_100);
  expect(cache.getQueryState(mine)?.dataUpdatedAt).toBe(1000);
  expect(writes).toEqual([mine]);
});

test('the bar that runs moves with the price and those before it stay', () => {
  const cache = new QueryClient();
  const bar = {
    day: '2026-11-27',
    open_paise: 10_200,
    high_paise: 10_300,
    low_paise: 10_150,
    close_paise: 10_200,
    ema9_paise: null,
    rsi10: null,
    running: true,
    volume: 9,
  };
  const before = { ...bar, day: '2026-11-26', running: false };
  const key = ['market', 'candles', { symbol: 'SBIN', interval: '1d', count: 120 }];
  const told = { symbol: 'SBIN', interval: '1d', source: 'csv', as_of: TEN };
  cache.setQueryData(key, { ...told, bars: [before, bar] });
  patchPrice(cache, PRICE);
  expect(cache.getQueryData(key)).toMatchObject({
    bars: [before, { ...bar, low_paise: 10_100, close_paise: 10_100 }],
  });
});
