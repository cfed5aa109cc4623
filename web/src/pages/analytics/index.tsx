import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { allAnalyticsQuery, analyticsQuery } from '../../api/analytics';
import { useListState } from '../../api/listState';
import { ofUser } from '../../api/pages';
import { pageError } from '../../api/problems';
import { DownloadTable } from '../../parts/DownloadTable';
import { useViewing } from '../../shell/viewing';
import { Whose } from '../../shell/Whose';
import { Report } from './Report';
import { datesOf, GROUPS } from './search';
import { words } from './words';

const route = getRouteApi('/inside/analytics');

/** How tasks did over some days: of everybody for an admin, else of one user. */
export function AnalyticsPage() {
  const { isAdmin, user } = useViewing();
  const { mine = false } = route.useSearch();
  return isAdmin && user === undefined && !mine ? <OfAll /> : <OfUser />;
}

const USER_GROUPS = ['task', 'version'] as const;

function OfUser() {
  const { isAdmin, user, name } = useViewing();
  const search = route.useSearch();
  const change = useWhose();
  // A user is one: to tell users apart says nothing here.
  const by = USER_GROUPS.find((group) => group === search.by) ?? 'task';
  const filter = { ...ofUser(user), ...datesOf(search), by };
  const { data, error, isPending, refetch } = useQuery(analyticsQuery(filter));
  return (
    <Report
      title={words.title(name)}
      actions={
        <>
          {isAdmin && user === undefined && <Whose mine onChange={change} />}
          <DownloadTable path="/api/v1/analytics/tasks" filter={filter} what="analytics" />
        </>
      }
      groups={USER_GROUPS}
      by={by}
      rows={data?.rows}
      dates={data}
      incomplete={data?.complete === false ? words.incompleteMine : null}
      state={{
        loading: isPending,
        error: data || !error ? null : pageError(error, () => void refetch()),
      }}
    />
  );
}

function OfAll() {
  const search = route.useSearch();
  const change = useWhose();
  const by = search.by ?? 'task';
  const filter = { ...datesOf(search), by };
  const query = useInfiniteQuery(allAnalyticsQuery({ ...filter, limit: 200 }));
  const { items, state, table } = useListState(query);
  const first = query.data?.pages[0];
  return (
    <Report
      title={words.titleAll}
      actions={
        <>
          <Whose mine={false} onChange={change} />
          <DownloadTable
            path="/api/v1/system/analytics"
            filter={filter}
            what="analytics of everybody"
          />
        </>
      }
      groups={GROUPS}
      by={by}
      rows={items}
      dates={first}
      incomplete={first?.complete === false ? words.incompleteAll : null}
      state={state}
      table={table}
    />
  );
}

function useWhose() {
  const navigate = route.useNavigate();
  return (mine: boolean) =>
    void navigate({
      search: (before) => ({ ...before, mine: mine ? true : undefined }),
      replace: true,
    });
}
