import type { HoldingDifference } from '../../api/schema';

/** Most that the daemon takes as the price of one share. */
const MOST_PAISE = 100_000_000;

/** Paise of a price that somebody typed in rupees, such as `1,234.50`; null where it cannot be one. */
export function costOf(typed: string): number | null {
  const plain = typed.trim().replace(/^₹\s*/, '').replaceAll(',', '');
  const parts = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(plain);
  if (parts === null) return null;
  const [, whole = '', part = ''] = parts;
  const paise = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return paise >= 1 && paise <= MOST_PAISE ? paise : null;
}

/** Whether shares of the books are missing at the broker; otherwise it has too many. */
export function isMissing({ cause }: Pick<HoldingDifference, 'cause'>): boolean {
  return cause === 'unexplained' || cause === 'external_sale';
}

/** Whether a price has to be typed: the broker tells what bought shares cost, or it does not. */
export function needsCost(difference: HoldingDifference): boolean {
  return !isMissing(difference) && difference.broker_cost_paise === null;
}
