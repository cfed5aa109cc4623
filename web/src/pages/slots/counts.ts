import type { LedgerDay, SlotStateName } from '../../api/schema';

export const STATES: readonly SlotStateName[] = [
  'open',
  'missed',
  'failed',
  'late',
  'skipped',
  'ran',
];

/** States at which somebody has to look when there are any. */
export const TROUBLE: readonly SlotStateName[] = ['missed', 'failed'];

/** How many slots of a day, or of one task on it, stand in each state. */
export function countsOf(day: LedgerDay, task: string | undefined): Record<SlotStateName, number> {
  const counts = { open: 0, ran: 0, late: 0, skipped: 0, missed: 0, failed: 0 };
  for (const { slots } of day.tasks.filter((one) => task === undefined || one.task === task)) {
    counts.open += slots.expected + slots.overdue;
    counts.ran += slots.ran;
    counts.late += slots.late;
    counts.skipped += slots.skipped;
    counts.missed += slots.missed;
    counts.failed += slots.failed;
  }
  return counts;
}
