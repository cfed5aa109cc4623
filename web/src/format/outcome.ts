import type { SlotStateName, StateName } from '../api/schema';
import { codeWords } from './codes';

export type OrderState = StateName;

/** The forms of a 14 px mark; each is told apart without colour. */
export type Shape =
  | 'ring'
  | 'dashed'
  | 'target'
  | 'half'
  | 'disc'
  | 'diamond'
  | 'bar'
  | 'triangle'
  | 'square'
  | 'cross'
  | 'octagon';

export type Token = 'soft' | 'accent' | 'warn' | 'skip' | 'bad' | 'unknown';

export interface Mark {
  shape: Shape;
  word: string;
  token: Token;
}

export type Outcome =
  | 'due'
  | 'running'
  | 'ran'
  | 'late'
  | 'skipped'
  | 'overdue'
  | 'missed'
  | 'failed';

export const OUTCOMES: Readonly<Record<Outcome, Mark>> = {
  due: { shape: 'ring', word: 'due', token: 'soft' },
  running: { shape: 'half', word: 'running', token: 'accent' },
  ran: { shape: 'disc', word: 'ran', token: 'accent' },
  late: { shape: 'diamond', word: 'late', token: 'warn' },
  skipped: { shape: 'bar', word: 'skipped', token: 'skip' },
  overdue: { shape: 'triangle', word: 'overdue', token: 'warn' },
  missed: { shape: 'square', word: 'missed', token: 'bad' },
  failed: { shape: 'cross', word: 'failed', token: 'bad' },
};

export const ORDER_STATES: Readonly<Record<OrderState, Mark>> = {
  unknown: { shape: 'octagon', word: 'unknown', token: 'unknown' },
  intent: { shape: 'dashed', word: 'intent', token: 'soft' },
  sent: { shape: 'ring', word: 'sent', token: 'accent' },
  accepted: { shape: 'target', word: 'accepted', token: 'accent' },
  partially_filled: { shape: 'half', word: 'part filled', token: 'accent' },
  filled: { shape: 'disc', word: 'filled', token: 'accent' },
  rejected: { shape: 'cross', word: 'rejected', token: 'bad' },
  cancelled: { shape: 'bar', word: 'cancelled', token: 'skip' },
  expired: { shape: 'square', word: 'expired', token: 'skip' },
};

const URGENCY: Readonly<Record<OrderState, number>> = {
  unknown: 0,
  partially_filled: 1,
  accepted: 2,
  sent: 3,
  intent: 4,
  rejected: 5,
  expired: 6,
  cancelled: 7,
  filled: 8,
};

/** Where a state stands among the others when what a person must look at comes first. */
export function urgencyOf(state: OrderState): number {
  return URGENCY[state];
}

/** Sorts orders so that what a person must look at comes first. */
export function byUrgency(one: OrderState, other: OrderState): number {
  return URGENCY[one] - URGENCY[other];
}

/** How late a task may start whose manifest says nothing, and how long its outcome is awaited then, in the daemon. */
const WINDOW_MS = 2 * 60_000;
const GRACE_MS = 6 * 60_000;
const TICK_MS = 60_000;

interface SlotFacts {
  state: SlotStateName;
  due_at: string;
  /** Until when it may wait for other tasks. */
  free_at?: string | null;
  /** Of a continuous slot: when it ends, how many ticks it has, and the last one that is accounted for. */
  ends_at?: string | null;
  ticks?: { expected: number; last_at?: string | null };
}

/** When the next thing of a slot is due: of a continuous one its next tick. */
function expectedAt({ due_at, free_at, ends_at, ticks }: SlotFacts): number {
  if (!ends_at) return Date.parse(free_at ?? due_at);
  const ends = Date.parse(ends_at);
  if (ticks?.last_at) return Math.min(Date.parse(ticks.last_at) + TICK_MS, ends);
  // Of a service that was started during it, the first ticks are not expected.
  const due = Date.parse(due_at);
  const all = Math.ceil((ends - due) / TICK_MS);
  return Math.min(due + Math.max(all - (ticks?.expected ?? all), 0) * TICK_MS, ends);
}

/** What to show of a slot by the clock: what is open is due, running or overdue, by the deadlines of the daemon's lanes and watchdog. */
export function slotOutcome(slot: SlotFacts, nowMs: number, windowMs = WINDOW_MS): Outcome {
  if (slot.state !== 'open') return slot.state;
  if (nowMs >= expectedAt(slot) + windowMs + GRACE_MS) return 'overdue';
  // Between two ticks that come in time a continuous slot is at work.
  return slot.ends_at && slot.ticks?.last_at ? 'running' : 'due';
}

/** What to show of a run; every end but `succeeded` is a failure of its own name. */
export function runMark(outcome: string): Mark {
  if (outcome === 'executing') return OUTCOMES.running;
  if (outcome === 'succeeded') return { ...OUTCOMES.ran, word: 'succeeded' };
  return { ...OUTCOMES.failed, word: codeWords(outcome) };
}
