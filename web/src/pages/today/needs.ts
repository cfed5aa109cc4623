import type { Alert, Lane, LedgerSlot, Order, UserAtAGlance, UserDay } from '../../api/schema';
import { type Mark, ORDER_STATES, OUTCOMES } from '../../format/outcome';
import { hourMinute } from '../../format/time';
import { taskWord, words } from './words';

/** Something that the daemon cannot settle by itself. */
export interface Need {
  key: string;
  mark: Mark;
  /** Whom it is about, where needs of several users are shown; null for the whole installation. */
  who?: { user: number; name: string } | null;
  text: string;
  at: string | null;
  /** The run in which it happened. */
  run?: number | null;
}

const ALERT: Mark = { shape: 'triangle', word: 'alert', token: 'warn' };

export function needsOfOrders(orders: readonly Order[]): Need[] {
  return orders
    .filter(({ state }) => state === 'unknown')
    .map(({ id, side, quantity, symbol, updated_at, execution }) => ({
      key: `order ${id}`,
      mark: ORDER_STATES.unknown,
      text: words.orderUnknown(side, quantity, symbol),
      at: updated_at,
      run: execution,
    }));
}

export function needsOfAlerts(alerts: readonly Alert[]): Need[] {
  return alerts.map(({ id, user, user_name, detail, raised_at }) => ({
    key: `alert ${id}`,
    mark: ALERT,
    who: typeof user === 'number' ? { user, name: user_name ?? '' } : null,
    text: detail,
    at: raised_at,
  }));
}

/** Slots that are overdue, missed or failed, without those that an open alert tells of already. */
export function needsOfLanes(
  lanes: readonly Lane[],
  alerts: readonly Alert[],
  slots: readonly LedgerSlot[],
): Need[] {
  const told = new Set(alerts.map(({ task, due_at }) => slotKey(task ?? '', due_at ?? '')));
  const reasons = new Map(slots.map((slot) => [slotKey(slot.task, slot.due_at), slot.reason]));
  return lanes.flatMap(({ task, slots: ofTask }) =>
    ofTask.flatMap(([due_at, outcome, run]) => {
      if (outcome !== 'overdue' && outcome !== 'missed' && outcome !== 'failed') return [];
      const key = slotKey(task, due_at);
      if (told.has(key)) return [];
      const mark = OUTCOMES[outcome];
      const reason = reasons.get(key) ?? '';
      const text = words.slotTrouble(taskWord(task), hourMinute(due_at), mark.word, reason);
      return [{ key: `slot ${key}`, mark, text, at: due_at, run }];
    }),
  );
}

/** Of everybody: those whose slots are in trouble. */
export function needsOfDays(troubled: readonly UserDay[]): Need[] {
  return troubled.map(({ user, user_name, slots: { overdue, missed, failed } }) => ({
    key: `slots of ${user}`,
    mark: failed > 0 ? OUTCOMES.failed : missed > 0 ? OUTCOMES.missed : OUTCOMES.overdue,
    who: { user, name: user_name },
    text: words.userTrouble(overdue, missed, failed),
    at: null,
  }));
}

/** Of everybody: those with orders of which nobody knows whether the broker has them. */
export function needsOfUsers(users: readonly UserAtAGlance[]): Need[] {
  return users
    .filter(({ unknown_orders }) => unknown_orders > 0)
    .map(({ id, name, unknown_orders }) => ({
      key: `orders of ${id}`,
      mark: ORDER_STATES.unknown,
      who: { user: id, name },
      text: words.ordersUnknown(unknown_orders),
      at: null,
    }));
}

function slotKey(task: string, due: string): string {
  return `${task} ${Date.parse(due)}`;
}
