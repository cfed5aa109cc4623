import type { Sort } from './types';

type Key = string | number | undefined;

// Names with numbers in them come as a person counts: run 9 before run 10.
const words = new Intl.Collator('en-IN', { numeric: true, sensitivity: 'base' });

/** Ascending order; the table turns it round and puts what is undefined last. */
export function compareKeys(one: Key, other: Key): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return words.compare(String(one), String(other));
}

/** The sort after a press on a heading: up, down, none. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}
