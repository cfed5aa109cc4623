import { queryOptions } from '@tanstack/react-query';
import { answered, api } from './client';
import { FULL_PAGE } from './pages';
import type { Quote, Share } from './schema';

/** Most shares of one question for prices, as the API has it. */
const MOST = 50;
const AGAIN_MS = 60_000;

/** Shares with their prices as they were read together, so that they can be put into an order. */
export interface Ranking {
  shares: Share[];
  quotes: ReadonlyMap<string, Quote>;
}

/**
 * Every share whose symbol contains some letters, with its price. The API tells fifty prices at a time and hears 600
 * questions of a user in a minute; of a whole market of 2,100 shares these are about 50, one after the other.
 */
export const rankingQuery = (q: string) =>
  queryOptions({
    queryKey: ['market', 'ranking', { q }],
    queryFn: async ({ signal }): Promise<Ranking> => {
      const shares = await sharesOf(q, signal);
      const quotes = await quotesOf(
        shares.map(({ symbol }) => symbol),
        signal,
      );
      return { shares, quotes };
    },
    refetchInterval: AGAIN_MS,
    // A map is nothing that could be shared with the one before.
    structuralSharing: false,
  });

async function sharesOf(q: string, signal: AbortSignal): Promise<Share[]> {
  const shares: Share[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { ...(q !== '' && { q }), limit: FULL_PAGE, ...(cursor && { cursor }) };
    const page = await answered(api.GET('/api/v1/market/symbols', { params: { query }, signal }));
    shares.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return shares;
}

async function quotesOf(
  symbols: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Quote>> {
  const quotes = new Map<string, Quote>();
  for (let first = 0; first < symbols.length; first += MOST) {
    const query = { symbols: symbols.slice(first, first + MOST).join(',') };
    const told = await answered(api.GET('/api/v1/market/quotes', { params: { query }, signal }));
    for (const quote of told.quotes) quotes.set(quote.symbol, quote);
  }
  return quotes;
}
