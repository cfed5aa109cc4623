import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { alertsOfAllQuery } from '../../api/alerts';
import { useListState } from '../../api/listState';
import { rows } from '../../api/pages';
import { dayCountsQuery, slotsOfAllQuery } from '../../api/slots';
import { tasksQuery } from '../../api/tasks';
import { DownloadTable } from '../../parts/DownloadTable';
import { slotFilter } from './filter';
import { byClock } from './outcomeNow';
import { SlotList } from './SlotList';
import { useDay } from './useDay';
import { useSlotSearch } from './useSlotSearch';
import { words } from './words';

/** The slots of everybody on a day; for admins. */
export function AllSlots() {
  const day = useDay();
  const { task, state } = useSlotSearch();
  const filter = slotFilter(day.day, { task, state });
  const list = useListState(useInfiniteQuery(slotsOfAllQuery(filter)));
  const counts = useQuery(dayCountsQuery(day.day, 'all'));
  const { data: tasks } = useQuery(tasksQuery);
  const alerts = useInfiniteQuery(alertsOfAllQuery({ open: true, limit: 500 }));
  const openAlerts = useMemo(() => rows(alerts.data), [alerts.data]);
  const beside = useMemo(
    () => ({ isOfAll: true, outcomeOf: byClock(tasks?.items ?? []), alerts: openAlerts }),
    [tasks, openAlerts],
  );
  return (
    <SlotList
      title={words.titleAll}
      day={day}
      counts={counts.data}
      list={list}
      beside={beside}
      csv={<DownloadTable path="/api/v1/system/slots" filter={filter} what="slots" />}
    />
  );
}
