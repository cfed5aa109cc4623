import { useQuery } from '@tanstack/react-query';
import { Failure } from '../../api/client';
import { candlesQuery } from '../../api/market';
import { COUNT, FIRST_INTERVAL } from './candles';

/** Whether the market knows no share of this symbol, by the answer that the chart waits for anyway. */
export function useIsUnknown(symbol: string): boolean {
  const { error } = useQuery(candlesQuery(symbol, FIRST_INTERVAL, COUNT));
  return error instanceof Failure && error.code === 'not_found';
}
