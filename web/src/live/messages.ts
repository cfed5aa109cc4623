/** The messages of the live stream, as docs/LIVE.md tells them. The OpenAPI document cannot describe a WebSocket. */
import type { Order, SlotStateName } from '../api/schema';

/** What a slot ends as; `open` is none. */
export type SlotOutcome = Exclude<SlotStateName, 'open'>;

/** What an event tells of an order. Fields without a value are left out. */
interface OrderChange {
  order: Order['id'];
  symbol: Order['symbol'];
  side: Order['side'];
  state: Order['state'];
  quantity: Order['quantity'];
  filled: Order['filled_quantity'];
  average_price_paise?: number;
  reason?: string;
  run?: number;
  strategy: Order['strategy'];
}

export type Start = 'new' | 'resumed' | 'resync';

interface Hello {
  type: 'hello';
  epoch: string;
  sequence: number;
  start: Start;
}

/** A sign of life, or the word that earlier events will not come. */
interface Mark {
  type: 'beat' | 'resync';
  sequence: number;
}

interface EventBase {
  sequence: number;
  at: string;
  user?: number;
}

export interface ServiceEvent extends EventBase {
  type: 'service';
  change: 'started' | 'stopped' | 'failed' | 'heartbeat' | 'restart_needed';
  task?: string;
  reason?: string;
}

export type TaskEvent = EventBase & { type: 'task'; task: string } & (
    | { phase: 'started'; run: number; trigger: string; due_at: string }
    | { phase: 'finished'; run: number; outcome: string; detail: string }
    | { phase: 'slot'; due_at: string; outcome: SlotOutcome; reason: string; run?: number }
    | { phase: 'tick'; due_at: string; outcome: string; reason: string; run?: number }
  );

export type OrderEvent = EventBase & { type: 'order' } & OrderChange;

interface PositionEvent extends EventBase {
  type: 'position';
  symbol: string;
  strategy: string;
  quantity: number;
  average_price_paise: number;
  invested_paise: number;
}

export interface LogEvent extends EventBase {
  type: 'log';
  level: string;
  message: string;
  run?: number;
  /** Of the line within its run, from 0. */
  number?: number;
  task?: string;
}

interface AlertEvent extends EventBase {
  type: 'alert';
  code: string;
  message: string;
  task?: string;
  due_at?: string;
}

interface NotificationEvent extends EventBase {
  type: 'notification';
  kind: string;
  level: string;
  title: string;
  run?: number;
  silence?: string;
}

interface SettingsEvent extends EventBase {
  type: 'settings';
  task: string;
  version: number;
}

/** What else changed that pages show; `id` when one is meant. */
interface ChangedEvent extends EventBase {
  type: 'changed';
  what: string;
  id?: string | number;
}

/** The price of a share at a minute of the session. It has no number, for nobody goes on from it. */
export interface PriceMessage {
  type: 'quote';
  at: string;
  symbol: string;
  last_paise: number;
  priced_at: string;
  source: string;
  previous_close_paise?: number;
}

export type LiveEvent =
  | ChangedEvent
  | ServiceEvent
  | TaskEvent
  | OrderEvent
  | PositionEvent
  | LogEvent
  | AlertEvent
  | NotificationEvent
  | SettingsEvent;

export type Message = Hello | Mark | PriceMessage | LiveEvent;

const TYPES: ReadonlySet<string> = new Set<Message['type']>([
  'alert',
  'beat',
  'changed',
  'hello',
  'log',
  'notification',
  'order',
  'position',
  'quote',
  'resync',
  'service',
  'settings',
  'task',
]);

/** Reads a message; null for one of a kind that this console does not know, which is not a fault. */
export function readMessage(text: unknown): Message | null {
  if (typeof text !== 'string') return null;
  try {
    const value: unknown = JSON.parse(text);
    return isMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  if (!('type' in value) || typeof value.type !== 'string' || !TYPES.has(value.type)) return false;
  return value.type === 'quote' || ('sequence' in value && typeof value.sequence === 'number');
}
