import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { alertsQuery } from '../../api/alerts';
import { useListState } from '../../api/listState';
import { ofUser, rows } from '../../api/pages';
import { dayCountsQuery, lanesQuery, slotsQuery } from '../../api/slots';
import { DownloadTable } from '../../parts/DownloadTable';
import { useViewing } from '../../shell/viewing';
import { slotFilter } from './filter';
import { byLanes } from './outcomeNow';
import { SlotList } from './SlotList';
import { useDay } from './useDay';
import { useSlotSearch } from './useSlotSearch';
import { words } from './words';

/** The slots of one user on a day. */
export function UserSlots() {
  const { user, name } = useViewing();
  const day = useDay();
  const { task, state } = useSlotSearch();
  const filter = { ...ofUser(user), ...slotFilter(day.day, { task, state }) };
  const list = useListState(useInfiniteQuery(slotsQuery(filter)));
  const counts = useQuery(dayCountsQuery(day.day, ofUser(user)));
  const hasOpen = list.items.some((slot) => slot.state === 'open');
  const { data: lanes } = useQuery({ ...lanesQuery(user, day.day), enabled: hasOpen });
  const alerts = useInfiniteQuery(alertsQuery({ ...ofUser(user), open: true, limit: 100 }));
  const openAlerts = useMemo(() => rows(alerts.data), [alerts.data]);
  const beside = useMemo(
    () => ({ isOfAll: false, outcomeOf: byLanes(lanes), alerts: openAlerts }),
    [lanes, openAlerts],
  );
  return (
    <SlotList
      title={words.title(name)}
      day={day}
      counts={counts.data}
      list={list}
      beside={beside}
      csv={<DownloadTable path="/api/v1/slots" filter={filter} what="slots" />}
    />
  );
}
