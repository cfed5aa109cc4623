import { rupees } from '../../format/money';
import { bytes, count } from '../../format/numbers';
import { duration } from '../../format/time';
import { words } from './words';

/** The same to the last digit, in the unit that its name says: two that differ must not read alike. */
export function limitExact(name: string, value: string | number | null): string {
  if (typeof value !== 'number' || name.endsWith('_paise')) return limitTold(name, value);
  return count(value);
}

/** The value of a limit for people. */
export function limitTold(name: string, value: string | number | null): string {
  if (value === null) return words.noLimit;
  if (typeof value === 'string') return value || '–';
  if (name.endsWith('_paise')) return rupees(value);
  if (name.endsWith('_bytes')) return bytes(value);
  if (name.endsWith('_ms')) return duration(value);
  return count(value);
}
