import type { OrderEntry, TermsDetail } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { rupees } from '../../format/money';
import { count } from '../../format/numbers';
import { type Mark, ORDER_STATES } from '../../format/outcome';
import { reasonText } from '../../format/reason';
import { toMs } from '../../format/time';
import { eventWord } from './words';

/** An entry of an order's journal, as it is told. */
export interface Step {
  sequence: number;
  at: string;
  mark: Mark;
  word: string;
  /** The particulars, such as `12 at ₹1,402.50`; empty when there are none. */
  text: string;
  /** Since the entry before; null for the first. */
  sinceMs: number | null;
}

const MARKS: Readonly<Record<string, Mark>> = {
  intended: ORDER_STATES.intent,
  sent: ORDER_STATES.sent,
  accepted: ORDER_STATES.accepted,
  rejected: ORDER_STATES.rejected,
  outcome_unknown: ORDER_STATES.unknown,
  filled: ORDER_STATES.filled,
  fill_withdrawn: ORDER_STATES.cancelled,
  cancelled: ORDER_STATES.cancelled,
  expired: ORDER_STATES.expired,
};

const AT_ONCE_MS = 1000;

const OTHER: Mark = { shape: 'ring', word: '', token: 'soft' };

/** The story of an order: its journal in order, with the time between. */
export function storyOf(journal: readonly OrderEntry[]): Step[] {
  const told = journal.filter((entry, index) => !isAnswered(entry, journal[index + 1]));
  return told.map((entry, index) => {
    const before = told[index - 1];
    const asked = askedFor(entry, journal);
    return {
      sequence: entry.sequence,
      at: entry.recorded_at,
      mark: MARKS[entry.event] ?? OTHER,
      word: eventWord(entry.event),
      text: asked === null ? particulars(entry) : because(particulars(entry), asked.detail.reason),
      sinceMs: before ? toMs(entry.recorded_at) - toMs(before.recorded_at) : null,
    };
  });
}

type ChangeRequest = Extract<OrderEntry, { event: 'change_requested' }>;

/** A change that the broker made: the run that asked for it, and why, as far as that is kept. */
export interface MadeChange {
  execution: number;
  reason: string | null;
}

/** The last change that a task asked for and the broker made; null when there is none, or nobody kept whose it was. */
export function lastChange(journal: readonly OrderEntry[]): MadeChange | null {
  let asked: ChangeRequest | null = null;
  let made: ChangeRequest | null = null;
  for (const entry of journal) {
    if (entry.event === 'change_requested') asked = entry;
    if (entry.event === 'change_refused') asked = null;
    // One that nobody here asked for was made in the broker's own application.
    if (entry.event === 'changed') [made, asked] = [asked, null];
  }
  if (made === null || made.detail.execution === null) return null;
  return { execution: made.detail.execution, reason: made.detail.reason };
}

/** The request of a change that is told here: itself, or the one that a change answered at once. */
function askedFor(entry: OrderEntry, journal: readonly OrderEntry[]): ChangeRequest | null {
  if (entry.event === 'change_requested') return entry;
  const before = journal[journal.indexOf(entry) - 1];
  return before?.event === 'change_requested' && isAnswered(before, entry) ? before : null;
}

const because = (text: string, reason: string | null) =>
  reason === null ? text : `${text}: ${codeWords(reason)}`;

/** A request for a change says nothing more than the change that answers it at once. */
function isAnswered(entry: OrderEntry, next: OrderEntry | undefined): boolean {
  const isPair = entry.event === 'change_requested' && next?.event === 'changed';
  return isPair && toMs(next.recorded_at) - toMs(entry.recorded_at) < AT_ONCE_MS;
}

/** From the first entry to the last. */
export function storyLength(steps: readonly Step[]): number {
  const first = steps[0];
  const last = steps.at(-1);
  return first && last ? toMs(last.at) - toMs(first.at) : 0;
}

function particulars(entry: OrderEntry): string {
  switch (entry.event) {
    case 'accepted':
      return `as ${entry.detail.broker_order_id}`;
    case 'filled':
      return `${count(entry.detail.quantity)} at ${rupees(entry.detail.price_paise)}`;
    case 'fill_withdrawn':
      return `${count(entry.detail.quantity)} at ${rupees(entry.detail.price_paise)}: ${entry.detail.reason}`;
    case 'change_requested':
    case 'changed':
      return `to ${count(entry.detail.quantity)} ${limitText(entry.detail.limit_paise)}`;
    case 'terms':
      return termsText(entry.detail);
    case 'intended':
    case 'sent':
    case 'not_at_broker':
      return '';
    default:
      return reasonText(entry.detail.reason);
  }
}

/** What stands with an order at the broker that nobody asked for. */
function termsText({ limit_paise: limit, algo_id: algoId }: TermsDetail): string {
  const told = [
    limit === null ? null : `a market order with the limit ${rupees(limit)}`,
    algoId === null ? null : `algo id ${algoId}`,
  ];
  return told.filter((part) => part !== null).join(', ');
}

const limitText = (limit: number | null) =>
  limit === null ? 'at the market' : `at ${rupees(limit)}`;
