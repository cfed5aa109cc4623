import { expect, test } from 'vitest';
import { countOn, filterOf, orderSearch, stateFilter, TABS } from './filter';

test('each tab counts what its list is asked for', () => {
  const states = [
    { state: 'filled' as const, orders: 40 },
    { state: 'sent' as const, orders: 2 },
    { state: 'unknown' as const, orders: 1 },
    { state: 'rejected' as const, orders: 5 },
  ];
  const counts = Object.fromEntries(TABS.map((tab) => [tab, countOn(tab, states)]));
  expect(counts).toEqual({
    unknown: 1,
    open: 3,
    filled: 40,
    rejected: 5,
    cancelled: 0,
    expired: 0,
    all: 48,
  });
  expect(stateFilter('open')).toEqual({ states: 'intent,sent,accepted,unknown,partially_filled' });
  expect(stateFilter('all')).toEqual({});
});

test('what was typed into the URL is read, the symbol in capitals', () => {
  const search = orderSearch({ tab: 'open', symbol: 'tcs', side: 'both', from: 'May', mine: true });
  expect(search).toEqual({ tab: 'open', symbol: 'tcs', mine: true });
  expect(filterOf(search)).toEqual({ symbol: 'TCS' });
});
