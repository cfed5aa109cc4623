import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { alertsQuery } from '../../api/alerts';
import { ordersQuery } from '../../api/orders';
import { ofUser, rows } from '../../api/pages';
import { pageError } from '../../api/problems';
import { serviceQuery } from '../../api/services';
import { daySlotsQuery, lanesQuery } from '../../api/slots';
import { useNow } from '../../parts/clock';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { morningSlots } from '../doctor/marks';
import { DayLanes } from './DayLanes';
import { MoneyFigures } from './MoneyFigures';
import { Needs } from './Needs';
import { needsOfAlerts, needsOfLanes, needsOfOrders } from './needs';
import { OpenOrders } from './OpenOrders';
import css from './Today.module.css';
import { words } from './words';

/** The day of one user. */
export function UserToday() {
  const { user, name } = useViewing();
  const service = useQuery(serviceQuery(user));
  const lanes = useQuery(lanesQuery(user));
  const alerts = useInfiniteQuery(alertsQuery({ ...ofUser(user), open: true }));
  const orders = useInfiniteQuery(ordersQuery({ ...ofUser(user), active: true }));
  // Lanes have no reasons; they are wanted only where something went wrong.
  const hasTrouble = (lanes.data?.troubled_slots ?? 0) > 0;
  const { data: slots = [] } = useQuery({ ...daySlotsQuery(user), enabled: hasTrouble });
  const now = useNow();

  const all = [service, lanes, alerts, orders];
  const failed = all.find(({ isError, data }) => isError && !data);
  const again = () => {
    for (const query of all) if (query.isError) void query.refetch();
  };
  if (failed) return <PageState error={pageError(failed.error, again)} />;
  const isReady = service.data && lanes.data && alerts.data && orders.data && now !== null;
  if (!isReady) return <PageState loading />;

  const openAlerts = rows(alerts.data);
  const openOrders = rows(orders.data);
  const needs = [
    ...needsOfOrders(openOrders),
    ...needsOfAlerts(openAlerts),
    ...needsOfLanes(lanes.data.tasks, openAlerts, slots),
  ];
  return (
    <div className={css.page}>
      <h1 className={css.title}>{words.title(name)}</h1>
      <Needs needs={needs} />
      <MoneyFigures user={user} openOrders={openOrders.length} hasMore={orders.hasNextPage} />
      <DayLanes
        service={service.data}
        lanes={lanes.data}
        slots={slots}
        morning={morningSlots(lanes.data.mornings, now)}
        nowMs={now}
      />
      <OpenOrders orders={openOrders} />
    </div>
  );
}
