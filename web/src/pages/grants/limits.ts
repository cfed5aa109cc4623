import { rupeesPlain } from '../../format/money';
import { readTyped, type Typed } from '../../format/typed';
import { words } from './words';

/** What stands in the fields as it was typed, by the name of the limit. */
export type Texts = Readonly<Record<string, string>>;

/** Those that may be left empty: there is no limit then. */
const OPEN: ReadonlySet<string> = new Set(['orders_per_day', 'max_order_value_paise']);

export const isOpen = (name: string) => OPEN.has(name);

/** A limit as it stands in its field. */
export function limitText(name: string, value: number | null): string {
  if (value === null) return '';
  return name.endsWith('_paise') ? rupeesPlain(value) : String(value);
}

/** The limit that was typed; the greatest that there may be is the daemon's to say. */
export function limitTyped(name: string, text: string): Typed | { value: null } {
  if (text.trim() === '') return isOpen(name) ? { value: null } : { why: words.needed };
  return readTyped(text, { kind: name.endsWith('_paise') ? 'amount' : 'whole', least: 0 });
}

/**
 * What stands in the field of a limit: the text that was typed as long as it means the limit or is none; when that was taken
 * back, or set by somebody else, what was typed gives way.
 */
export function limitShown(name: string, value: number | null, typed: string | undefined) {
  if (typed === undefined) return { text: limitText(name, value) };
  const read = limitTyped(name, typed);
  if ('why' in read) return { text: typed, why: read.why };
  return { text: read.value === value ? typed : limitText(name, value) };
}
