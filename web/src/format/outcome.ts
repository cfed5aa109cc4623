import type { components } from '../api/schema.d.ts';

type SlotState = components['schemas']['SlotStateName'];
export type OrderState = components['schemas']['StateName'];

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

// The daemon begins a due run within moments; a slot is called overdue only when that has
// plainly not happened.
const OVERDUE_AFTER_MS = 60_000;

export interface SlotFacts {
  state: SlotState;
  due_at: string;
  /** Until when it may wait for other tasks, or when it is tried again. */
  free_at?: string | null;
  retry_at?: string | null;
  /** Of a continuous slot: when it ends, and the last tick that is accounted for. */
  ends_at?: string | null;
  ticks?: { last_at?: string | null } | null;
}

const TICK_MS = 60_000;

function latest(instants: readonly (string | null | undefined)[]): number {
  return Math.max(...instants.filter((instant) => typeof instant === 'string').map(Date.parse));
}

/** What to show of a slot: the ledger's `open` is due, running or overdue. */
export function slotOutcome(slot: SlotFacts, nowMs: number, underWay: boolean): Outcome {
  if (slot.state !== 'open') return slot.state;
  if (underWay) return 'running';
  const lastTick = slot.ends_at ? slot.ticks?.last_at : null;
  const expected = lastTick
    ? Math.min(Date.parse(lastTick) + TICK_MS, latest([slot.ends_at]))
    : latest([slot.due_at, slot.free_at, slot.retry_at]);
  if (nowMs > expected + OVERDUE_AFTER_MS) return 'overdue';
  // Between two ticks that come in time a continuous slot is at work.
  return lastTick ? 'running' : 'due';
}

/** What to show of a run; every end but `succeeded` is a failure of its own name. */
export function runMark(outcome: string): Mark {
  if (outcome === 'executing') return OUTCOMES.running;
  if (outcome === 'succeeded') return { ...OUTCOMES.ran, word: 'succeeded' };
  return { ...OUTCOMES.failed, word: outcome.replaceAll('_', ' ') };
}
