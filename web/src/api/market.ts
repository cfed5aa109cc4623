import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FIRST_PAGE, FULL_PAGE, nextPage, type Page, type PageParam } from './pages';
import { QuoteBatch } from './quoteBatch';
import type { paths, Share } from './schema';

export type Interval = NonNullable<
  NonNullable<paths['/api/v1/market/candles']['get']['parameters']['query']>['interval']
>;

/**
 * The stream tells prices; indicators and the number of shares traded, and what of a share has no price in the stream, are
 * read again this often.
 */
const READ_MS = 60_000;

/** A price of the stream begins the wait anew, so that what is left of it is counted from the last reading. */
export function untilNextReading({ state }: { state: ReadAt }): number {
  const readAtMs = Math.max(state.dataUpdatedAt, state.errorUpdatedAt);
  return readAtMs === 0 ? READ_MS : Math.max(1000, readAtMs + READ_MS - Date.now());
}

/** By the browser's clock; 0 before the first time. */
interface ReadAt {
  dataUpdatedAt: number;
  errorUpdatedAt: number;
}

/** Bars of a share, oldest first, with the indicators that the tasks go by. */
export const candlesQuery = (symbol: string, interval: Interval, count: number) =>
  queryOptions({
    queryKey: ['market', 'candles', { symbol, interval, count }],
    queryFn: ({ signal }) =>
      answered(
        api.GET('/api/v1/market/candles', {
          params: { query: { symbol, interval, count } },
          signal,
        }),
      ),
    refetchInterval: untilNextReading,
  });

const quotes = new QuoteBatch((symbols) =>
  answered(api.GET('/api/v1/market/quotes', { params: { query: { symbols: symbols.join(',') } } })),
);

/** The last price of a share, which the stream keeps fresh. Those that are shown together are asked for together. */
export const quoteQuery = (symbol: string) =>
  queryOptions({
    queryKey: ['market', 'quote', { symbol }],
    queryFn: () => quotes.of(symbol),
    refetchInterval: untilNextReading,
  });

/** Letters of which no symbol is made find nothing; the API refuses them. */
export function isPartOfSymbol(text: string): boolean {
  return /^[A-Za-z0-9&-]{1,32}$/.test(text);
}

const SYMBOLS_KEPT_MS = 10 * 60_000;

/** The shares of the market whose symbol contains some letters. */
export const symbolsQuery = (q: string, limit: number) =>
  infiniteQueryOptions({
    queryKey: ['market', 'symbols', { q, limit }],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...(q !== '' && { q }), limit, ...pageParam };
      return answered(api.GET('/api/v1/market/symbols', { params: { query }, signal }));
    },
    initialPageParam: FIRST_PAGE,
    getNextPageParam: nextPage,
    staleTime: SYMBOLS_KEPT_MS,
  });

/** A market of more shares than this is not read whole only to say which symbols it lacks. */
const MOST_PAGES = 40;

/** Every symbol that the source of market data knows; null when there are too many to read, or when it names none. */
export const knownSymbolsQuery = queryOptions({
  queryKey: ['market', 'symbols', 'known'],
  queryFn: async ({ signal }) => {
    const known = new Set<string>();
    let page: PageParam | undefined = FIRST_PAGE;
    for (let read = 0; read < MOST_PAGES && page; read += 1) {
      const query: PageParam & { limit: number } = { limit: FULL_PAGE, ...page };
      const shares: Page<Share> = await answered(
        api.GET('/api/v1/market/symbols', { params: { query }, signal }),
      );
      for (const { symbol } of shares.items) known.add(symbol);
      page = nextPage(shares);
    }
    return page || known.size === 0 ? null : known;
  },
  staleTime: SYMBOLS_KEPT_MS,
});

/** Those of the symbols that the market does not know; none where it cannot be asked, as one that it lacks may come later. */
export async function strangersOf(
  cache: QueryClient,
  symbols: readonly string[],
): Promise<string[]> {
  if (symbols.length === 0) return [];
  const known = await cache.fetchQuery({ ...knownSymbolsQuery, retry: false }).catch(() => null);
  return known ? symbols.filter((symbol) => !known.has(symbol)) : [];
}
