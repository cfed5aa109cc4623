import { QueryClient } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { rankingQuery } from './ranking';

const SHARES = Array.from({ length: 2100 }, (_, number) => `S${number}`);

/** A market that pages as the API does; prices are told of even numbers only. */
function market() {
  const asked: URL[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    asked.push(url);
    return Promise.resolve(Response.json(answer(url)));
  });
  return asked;
}

function answer({ pathname, searchParams }: URL): object {
  if (pathname.endsWith('/quotes')) {
    const symbols = searchParams.get('symbols')?.split(',') ?? [];
    const priced = symbols.filter((symbol) => Number(symbol.slice(1)) % 2 === 0);
    return { quotes: priced.map((symbol) => ({ symbol, last_paise: 100 })), unpriced: [] };
  }
  const first = Number(searchParams.get('cursor') ?? 0);
  const end = first + Number(searchParams.get('limit'));
  const items = SHARES.slice(first, end).map((symbol) => ({ symbol, name: null, series: 'EQ' }));
  return { items, next: end < SHARES.length ? String(end) : null };
}

test('a whole market is read in far fewer questions than may be asked in a minute', async () => {
  const asked = market();
  const { shares, quotes } = await new QueryClient().fetchQuery(rankingQuery(''));
  expect(shares.map(({ symbol }) => symbol)).toEqual(SHARES);
  expect(quotes.size).toBe(1050);
  expect(asked).toHaveLength(5 + 42);
});

test('what was filtered is asked for alone', async () => {
  const asked = market();
  await new QueryClient().fetchQuery(rankingQuery('S1'));
  expect(asked[0]?.searchParams.get('q')).toBe('S1');
});
