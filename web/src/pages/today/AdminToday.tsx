import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { alertsOfAllQuery } from '../../api/alerts';
import { FULL_PAGE, rows } from '../../api/pages';
import { pageError } from '../../api/problems';
import { dayOfAllQuery, lanesOfAllQuery } from '../../api/slots';
import { useAllRows } from '../../api/useAllRows';
import { usersAtAGlanceQuery } from '../../api/userAdmin';
import { PageState } from '../../parts/PageState';
import { DayFigures } from './DayFigures';
import { Needs } from './Needs';
import { needsOfAlerts, needsOfDays, needsOfUsers } from './needs';
import css from './Today.module.css';
import { UserList } from './UserList';
import { words } from './words';

/** The day of everybody. Five requests, for a thousand users as well. */
export function AdminToday() {
  const { q, trouble } = useSearch({ from: '/inside/' });
  const lanes = useInfiniteQuery(
    lanesOfAllQuery({ ...(q !== undefined && { q }), ...(trouble && { trouble }) }),
  );
  const usersRead = useInfiniteQuery(usersAtAGlanceQuery({ active: true, limit: FULL_PAGE }));
  const alerts = useInfiniteQuery(alertsOfAllQuery({ open: true, limit: 100 }));
  const day = useQuery(dayOfAllQuery);
  const users = useAllRows(usersRead);
  const usersById = useMemo(() => new Map(users.map((user) => [user.id, user])), [users]);

  const all = [lanes, usersRead, alerts, day];
  const failed = all.find(({ isError, data }) => isError && !data);
  if (failed) {
    const again = () => {
      for (const query of all) if (query.isError) void query.refetch();
    };
    return <PageState error={pageError(failed.error, again)} />;
  }
  if (!lanes.data || !usersRead.data || !alerts.data || !day.data) return <PageState loading />;

  const needs = [
    ...needsOfUsers(users),
    ...needsOfAlerts(rows(alerts.data)),
    ...needsOfDays(day.data.troubled),
  ];
  return (
    <div className={css.page}>
      <h1 className={css.title}>{words.everybody}</h1>
      <Needs needs={needs} ofAll />
      <DayFigures day={day.data} users={users} />
      <UserList
        lanes={rows(lanes.data)}
        users={usersById}
        isReading={lanes.isFetchingNextPage}
        onMore={lanes.hasNextPage ? () => void lanes.fetchNextPage() : undefined}
      />
    </div>
  );
}
