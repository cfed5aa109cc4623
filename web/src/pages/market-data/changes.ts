import type { BarValues, Restatement } from '../../api/schema';
import { rupees } from '../../format/money';
import { count } from '../../format/numbers';
import { words } from './words';

const FIELDS = ['open', 'high', 'low', 'close', 'volume'] as const;
type Field = (typeof FIELDS)[number];

function shownOf(bar: BarValues, field: Field): string {
  return field === 'volume' ? count(bar.volume) : rupees(bar[`${field}_paise`]);
}

/** What changed of a bar, such as `close ₹100.00 → ₹50.00`. */
export function changesOf({ before, after, changed }: Restatement): string[] {
  if (after === null) return [words.gone];
  const isNamed = (field: Field) => changed.includes(field);
  return FIELDS.filter(isNamed).map((field) =>
    words.fromTo(words.fields[field], shownOf(before, field), shownOf(after, field)),
  );
}
