import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { isPartOfSymbol, symbolsQuery } from '../api/market';
import { rows } from '../api/pages';

const PAUSE_MS = 200;
const MOST = 6;

/** The symbols of a few shares that contain what was typed, from two letters on. */
export function useShares(typed: string): readonly string[] {
  const letters = typed.trim();
  const [asked] = useDebouncedValue(letters, PAUSE_MS);
  const isAsked = asked.length > 1 && isPartOfSymbol(asked);
  const { data } = useInfiniteQuery({
    ...symbolsQuery(asked.toUpperCase(), MOST),
    enabled: isAsked,
  });
  // What was found for letters that stand there no more is left out until the new answer is there.
  return isAsked
    ? rows(data)
        .map(({ symbol }) => symbol)
        .filter((symbol) => symbol.includes(letters.toUpperCase()))
    : [];
}
