import { describe, expect, it } from 'vitest';
import { sortOf, sortText } from '../../parts/DataTable';
import { filterOf, signalSearch } from './filter';

describe('the search parameters of Signals', () => {
  it('leave out what does not fit', () => {
    expect(signalSearch({ status: 'open', symbol: 'tcs', from: 'x', sort: '-rsi' })).toEqual({
      symbol: 'tcs',
      sort: '-rsi',
    });
  });

  it('ask the API in its own words', () => {
    expect(filterOf({ status: 'active', symbol: 'tcs', kind: 'exit,hold,buy' }, 4)).toEqual({
      user: 4,
      status: 'active',
      kind: 'buy,exit',
      symbol: 'TCS',
      limit: 200,
    });
  });

  it('carry the order both ways', () => {
    expect(sortOf({})).toBeNull();
    for (const sort of ['rsi', '-rsi']) expect(sortText(sortOf({ sort }))).toBe(sort);
  });
});
