import type { RetentionRule } from '../../api/schema';
import { addDays } from '../../format/time';

export type Kept = keyof RetentionRule;

export const FIELDS: readonly Kept[] = [
  'recordings_days',
  'plain_ticks_days',
  'logs_days',
  'notifications_days',
  'decisions_days',
  'signals_days',
];

/** The rule that was typed, and the fields that are no whole number; the bounds are the daemon's to say. */
export function parsed(rule: RetentionRule, typed: Partial<Record<Kept, string>>) {
  const wanted = { ...rule };
  const wrong: Kept[] = [];
  for (const field of FIELDS) {
    const text = typed[field]?.trim();
    if (text === undefined) continue;
    if (/^\d{1,6}$/.test(text)) wanted[field] = Number(text);
    else wrong.push(field);
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
