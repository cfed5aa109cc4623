import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { useListState } from '../../api/listState';
import { type LogOfAllFilter, logsOfAllQuery, logsQuery } from '../../api/logs';
import { ofUser } from '../../api/pages';
import { addDays, startInstant } from '../../format/time';
import { joined, storedLine, storedLineOfAll, type Wanted } from './lines';
import { useHeard } from './useHeard';
import { words } from './words';

/** Lines of a page. */
const LIMIT = 200;
/** So many pages without a line are read on by themselves; then a person decides. */
const EMPTY_PAGES = 10;

interface Options extends Wanted {
  isOfAll: boolean;
  /** Whose lines are taken from the stream, where an admin hears those of everybody. */
  heardOf: number;
  day: string | undefined;
  /** Whether lines that come are added. */
  follows: boolean;
}

/** The lines that fit a filter, oldest first: those that were read, and those that came since. */
export function useLines({ isOfAll, heardOf, follows, day, user, ...wanted }: Options) {
  const filter = filterOf(wanted, day);
  const one = useInfiniteQuery({
    ...logsQuery({ ...ofUser(user), ...filter }),
    enabled: !isOfAll,
  });
  const all = useInfiniteQuery({ ...logsOfAllQuery(filter), enabled: isOfAll });
  const listOfOne = useListState(one);
  const listOfAll = useListState(all);
  const { state, table } = isOfAll ? listOfAll : listOfOne;
  const read = useMemo(
    () => (isOfAll ? listOfAll.items.map(storedLineOfAll) : listOfOne.items.map(storedLine)),
    [isOfAll, listOfAll.items, listOfOne.items],
  );

  // Events tell numbers of users; their names are learnt from the lines that were read.
  const names = useRef(new Map<number, string>());
  for (const { user: id, user_name } of listOfAll.items) names.current.set(id, user_name);
  const nameOf = useCallback(
    (id: number | undefined) => (id === undefined ? '' : (names.current.get(id) ?? words.user(id))),
    [],
  );
  const heard = useHeard(
    isOfAll ? wanted : { ...wanted, user: heardOf },
    follows,
    isOfAll ? nameOf : undefined,
  );
  const lines = useMemo(() => joined(read.toReversed(), heard), [read, heard]);

  const { hasNextPage, isFetching, fetchNextPage, data } = isOfAll ? all : one;
  const isSearching = read.length === 0 && hasNextPage && (data?.pages.length ?? 0) < EMPTY_PAGES;
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage();
  }, [isSearching, isFetching, fetchNextPage]);

  const { more, reading, onMore } = table;
  return { lines, state, isSearching, older: { older: more, reading, onOlder: onMore } };
}

function filterOf({ task, level, text }: Wanted, day: string | undefined): LogOfAllFilter {
  return {
    ...(task !== undefined && { task }),
    ...(level !== undefined && { level }),
    ...(text !== undefined && { text }),
    ...(day !== undefined && {
      since: startInstant(day),
      until: startInstant(addDays(day, 1)),
    }),
    limit: LIMIT,
  };
}
