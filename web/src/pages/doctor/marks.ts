import type {
  CheckOutcomeName,
  DoctorCheck,
  DoctorMorning,
  DoctorMornings,
  MorningOutcomeName,
} from '../../api/schema';
import type { Mark, Outcome } from '../../format/outcome';
import { dayOf } from '../../format/time';
import type { LaneSlot } from '../../parts/Lane';
import { words } from './words';

export const OUTCOME_MARKS: Readonly<Record<CheckOutcomeName | MorningOutcomeName, Mark>> = {
  ok: { shape: 'disc', word: 'ok', token: 'accent' },
  not_known: { shape: 'dashed', word: 'not known', token: 'soft' },
  warning: { shape: 'triangle', word: 'look', token: 'warn' },
  failed: { shape: 'cross', word: 'failed', token: 'bad' },
  missed: { shape: 'square', word: 'missed', token: 'bad' },
};

/** Where an outcome stands among the others when what a person must look at comes first. */
const URGENCY: Readonly<Record<CheckOutcomeName, number>> = {
  failed: 0,
  warning: 1,
  not_known: 2,
  ok: 3,
};

/** What a person must look at first; those of one outcome stay in their order. */
export function byUrgency(checks: readonly DoctorCheck[]): DoctorCheck[] {
  return checks.toSorted((one, other) => URGENCY[one.outcome] - URGENCY[other.outcome]);
}

/** How many came out badly, in words. */
export function summaryOf(checks: readonly DoctorCheck[]): string {
  const count = (outcome: CheckOutcomeName) =>
    checks.filter((check) => check.outcome === outcome).length;
  return words.summary(count('failed'), count('warning'), count('not_known'));
}

/** Minutes after which a look that is due should have been made: a minute, and what the looks at many users take. */
const OVERDUE_MS = 6 * 60_000;

/** The look of a day as a slot in the timeline; none on a day without a session. */
export function morningSlots({ due_at, items }: DoctorMornings, nowMs: number): LaneSlot[] {
  if (due_at === null) return [];
  const atMs = Date.parse(due_at);
  const morning = items.find(({ day }) => day === dayOf(due_at));
  const outcome = morning ? slotOutcome(morning) : nowMs > atMs + OVERDUE_MS ? 'overdue' : 'due';
  return [{ id: `doctor ${due_at}`, atMs, outcome, ...(morning && { note: noteOf(morning) }) }];
}

function slotOutcome({ outcome, reason }: DoctorMorning): Outcome {
  if (outcome === 'failed' || outcome === 'missed') return outcome;
  return reason === '' ? 'ran' : 'late';
}

function noteOf({ outcome, reason, checks }: DoctorMorning): string {
  const found = outcome === 'missed' ? [] : [summaryOf(checks)];
  return [...found, ...(reason === '' ? [] : [reason])].join('; ');
}
