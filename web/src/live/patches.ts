import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Resource } from '../api/keys';
import type { Page } from '../api/pages';
import type {
  LedgerSlot,
  Order,
  OrderDetail,
  ServiceStatus,
  SlotOfLane,
  UserLanes,
} from '../api/schema';
import type {
  LiveEvent,
  OrderEvent,
  PriceMessage,
  ServiceEvent,
  SlotOutcome,
  TaskEvent,
} from './messages';
import { patchPrice } from './pricePatch';
import { changeRows } from './rows';

/** What of the cache is no longer right after an event; rows that the event tells in full are patched as well. */
export function staleAfter(event: LiveEvent | PriceMessage): readonly Resource[] {
  switch (event.type) {
    case 'order':
      return event.filled > 0 ? ['orders', 'funds'] : ['orders'];
    case 'position':
      return ['positions', 'funds', 'pnl'];
    case 'service':
      if (event.change === 'heartbeat') return [];
      // A service learns that it has to be restarted when somebody has changed its times.
      return event.change === 'restart_needed' ? ['services', 'schedules'] : ['services'];
    case 'task':
      return event.phase === 'started' || event.phase === 'finished'
        ? ['services', 'executions', 'slots', 'lanes']
        : ['slots', 'lanes'];
    case 'alert':
      return event.code.startsWith('module_')
        ? ['alerts', 'health', 'modules', 'lanes']
        : // A halt of everything of a user comes with an alert, and goes with it.
          event.code === 'user_halted'
          ? ['alerts', 'health', 'lanes', 'trading']
          : event.code === 'holdings_differ'
            ? ['alerts', 'health', 'lanes', 'positions']
            : // The page of the broker says why.
              event.code === 'login_blocked'
              ? ['alerts', 'health', 'lanes', 'settings']
              : ['alerts', 'health', 'lanes'];
    case 'notification':
      return ['notifications', 'channels'];
    case 'settings':
      return ['settings', 'tasks'];
    case 'log':
    case 'quote':
      return [];
    case 'changed':
      return CHANGED[event.what] ?? [];
  }
}

/** By what the event `changed` names; a word that this console does not know concerns none of its pages. */
const CHANGED: Readonly<Record<string, readonly Resource[]>> = {
  signal: ['signals'],
  kill_switch: ['limits', 'switches', 'trading', 'users'],
  trading_state: ['limits', 'trading', 'users'],
  // Among them the capital: what was paid in is a flow of the curve.
  settings: ['settings', 'limits', 'funds', 'pnl'],
  schedule: ['schedules', 'services', 'slots', 'lanes'],
  module: ['modules', 'tasks', 'health'],
  grant: ['grants'],
  calendar: ['calendar', 'schedules', 'services'],
  notification: ['notifications'],
  alert: ['alerts', 'health', 'lanes', 'trading', 'users'],
  pnl: ['pnl', 'funds', 'positions'],
  delivery: ['channels'],
  chaos: ['services', 'users'],
};

/** Writes into the cache what the event itself tells, so that it shows before anything is read. */
export function patch(cache: QueryClient, event: LiveEvent | PriceMessage): void {
  if (event.type === 'order') patchOrder(cache, event);
  if (event.type === 'service') patchService(cache, event);
  if (event.type === 'task') patchSlot(cache, event);
  if (event.type === 'quote') patchPrice(cache, event);
}

function patchOrder(cache: QueryClient, event: OrderEvent): void {
  const change = (order: Order): Order =>
    order.id === event.order ? withChange(order, event) : order;
  for (const view of ['list', 'of-all']) {
    cache.setQueriesData<InfiniteData<Page<Order>>>({ queryKey: ['orders', view] }, (data) =>
      changeRows(data, change),
    );
  }
  cache.setQueriesData<OrderDetail>({ queryKey: ['orders', 'one'] }, (data) =>
    data && data.order.id === event.order ? { ...data, order: change(data.order) } : data,
  );
}

function withChange(order: Order, event: OrderEvent): Order {
  return {
    ...order,
    state: event.state,
    quantity: event.quantity,
    filled_quantity: event.filled,
    average_price_paise: event.average_price_paise ?? null,
    reason: event.reason ?? '',
    updated_at: event.at,
  };
}

function patchService(cache: QueryClient, event: ServiceEvent): void {
  if (event.task !== undefined || event.user === undefined) return;
  const { user, at } = event;
  const change = (status: ServiceStatus): ServiceStatus => {
    if (status.user !== user) return status;
    if (event.change === 'heartbeat') return { ...status, heartbeat_at: at, running: true };
    if (event.change === 'restart_needed') return { ...status, restart_needed: true };
    return { ...status, running: event.change === 'started' };
  };
  cache.setQueriesData<ServiceStatus>(
    { queryKey: ['services', 'status'] },
    (data) => data && change(data),
  );
  cache.setQueriesData<InfiniteData<Page<ServiceStatus>>>(
    { queryKey: ['services', 'of-all'] },
    (data) => changeRows(data, change),
  );
}

function patchSlot(cache: QueryClient, event: TaskEvent): void {
  if (event.phase !== 'slot') return;
  const due = Date.parse(event.due_at);
  const change = (slot: LedgerSlot): LedgerSlot => {
    if (slot.user !== event.user || slot.task !== event.task || Date.parse(slot.due_at) !== due)
      return slot;
    return {
      ...slot,
      state: event.outcome,
      reason: event.reason,
      execution: event.run ?? slot.execution,
    };
  };
  cache.setQueriesData<LedgerSlot[]>({ queryKey: ['slots', 'day'] }, (data) => data?.map(change));
  const changeLanes = (lanes: UserLanes) => withSlot(lanes, event.user, event.task, due, event);
  cache.setQueriesData<UserLanes>(
    { queryKey: ['lanes', 'one'] },
    (data) => data && changeLanes(data),
  );
  cache.setQueriesData<InfiniteData<Page<UserLanes>>>({ queryKey: ['lanes', 'of-all'] }, (data) =>
    changeRows(data, changeLanes),
  );
  for (const view of ['list', 'list-of-all']) {
    cache.setQueriesData<InfiniteData<Page<LedgerSlot>>>({ queryKey: ['slots', view] }, (data) =>
      changeRows(data, change),
    );
  }
}

/** The lanes of a user with the outcome of a slot in its place; the others as they are. */
function withSlot(
  lanes: UserLanes,
  user: number | undefined,
  task: string,
  due: number,
  { outcome, run }: { outcome: SlotOutcome; run?: number },
): UserLanes {
  if (lanes.user !== user) return lanes;
  const tasks = lanes.tasks.map((lane) => {
    if (lane.task !== task) return lane;
    const slots = lane.slots.map((slot): SlotOfLane => {
      const [due_at, , execution] = slot;
      return Date.parse(due_at) === due ? [due_at, outcome, run ?? execution] : slot;
    });
    return { ...lane, slots };
  });
  return { ...lanes, tasks };
}
