import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useListState } from '../../api/listState';
import { isPartOfSymbol, symbolsQuery } from '../../api/market';
import { type Ranking, rankingQuery } from '../../api/ranking';
import type { Sort } from '../../parts/DataTable';
import { needsPrices, shareColumns } from './shareColumns';
import { words } from './words';

const PAGE = 200;
const NO_QUOTES: Ranking['quotes'] = new Map();

/** The shares whose symbol contains some letters; all of them where they are sorted by their prices. */
export function useShareRows(q: string, sort: Sort | null) {
  const letters = q.toUpperCase();
  const isPossible = q === '' || isPartOfSymbol(q);
  const list = useListState(
    useInfiniteQuery({ ...symbolsQuery(letters, PAGE), enabled: isPossible }),
  );
  const isRanked = isPossible && needsPrices(sort);
  const ranking = useQuery({ ...rankingQuery(letters), enabled: isRanked });
  const ranked = isRanked ? ranking.data : undefined;
  const quotes = ranked?.quotes ?? NO_QUOTES;
  const columns = useMemo(() => shareColumns(quotes), [quotes]);
  return {
    columns,
    shares: ranked?.shares ?? list.items,
    state: { ...list.state, loading: list.state.loading && isPossible },
    table: ranked ? { more: false } : list.table,
    /** What there is to say of an order that is not there yet. */
    note: isRanked && !ranked ? (ranking.isError ? words.notRanked : words.ranking) : null,
  };
}
