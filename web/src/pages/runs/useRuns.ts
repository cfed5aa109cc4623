import { useInfiniteQuery } from '@tanstack/react-query';
import { runsOfAllQuery, runsQuery } from '../../api/executions';
import { useListState } from '../../api/listState';
import { ofUser } from '../../api/pages';
import { type RunSearch, runFilter } from './filter';

/** The runs that fit a filter: of one user, or of everybody. */
export function useRuns(search: RunSearch, user: number | undefined, isOfAll: boolean) {
  const filter = runFilter(search);
  const ofOne = { ...ofUser(user), ...filter };
  const one = useInfiniteQuery({ ...runsQuery(ofOne), enabled: !isOfAll });
  const all = useInfiniteQuery({ ...runsOfAllQuery(filter), enabled: isOfAll });
  return { ...useListState(isOfAll ? all : one), filter, ofOne };
}
