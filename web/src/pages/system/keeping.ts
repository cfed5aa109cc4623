import type { RetentionRule } from '../../api/schema';
import { addDays } from '../../format/time';
import { readTyped } from '../../format/typed';

export type Kept = keyof RetentionRule;

export const FIELDS: readonly Kept[] = [
  'recordings_days',
  'plain_ticks_days',
  'logs_days',
  'notifications_days',
  'decisions_days',
  'signals_days',
];

const DAYS = { kind: 'whole', least: 1 } as const;

/** The rule that was typed, and why some fields are no number of days; the greatest number is the daemon's to say. */
export function parsed(rule: RetentionRule, typed: Partial<Record<Kept, string>>) {
  const wanted = { ...rule };
  const wrong: Partial<Record<Kept, string>> = {};
  for (const field of FIELDS) {
    const text = typed[field];
    if (text === undefined) continue;
    const read = readTyped(text, DAYS);
    if ('value' in read) wanted[field] = read.value;
    else wrong[field] = read.why;
  }
  return { wanted, wrong };
}

/** What is kept for a shorter time than before, so that the next application deletes more. */
export function shortened(before: RetentionRule, after: RetentionRule): Kept[] {
  return FIELDS.filter((field) => {
    const [old, fresh] = [before[field], after[field]];
    return old !== undefined && fresh !== undefined && fresh < old;
  });
}

/** The first day that stays when so many days are kept. */
export function cutOff(today: string, days: number): string {
  return addDays(today, -days);
}
