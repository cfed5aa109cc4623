import type { Decision } from '../../api/schema';
import { codeWords } from '../../format/codes';
import { rupees } from '../../format/money';

type Evidence = Decision['evidence'][number];

/** Values that are amounts of money: tasks write them in rupees with two decimals. Why no trade tells the same ones so. */
const AMOUNTS: ReadonlySet<string> = new Set([
  'available',
  'average',
  'average_price',
  'close',
  'deferred_target',
  'ema200',
  'ema9',
  'ema9_target',
  'last_close',
  'limit',
  'open',
  'previous_close',
  'price',
  'stop',
  'target',
  'value',
]);

/** A value as people write it, by the name that the task gave it: `1402.50` of a price is ₹1,402.50. */
export function evidenceValue({ name, value }: Evidence): string {
  if (!AMOUNTS.has(name) || !/^-?\d{1,13}\.\d{2}$/.test(value)) return value;
  return rupees(Number(value.replace('.', '')));
}

/** What a decision rests on: `RSI 27.1 · close ₹1,402.50`. */
export function evidenceText({ evidence }: Pick<Decision, 'evidence'>): string {
  return evidence.map((one) => `${codeWords(one.name)} ${evidenceValue(one)}`).join(' · ');
}
