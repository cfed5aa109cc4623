import type { ActionKindName, NewAction } from '../../api/schema';
import { isSymbol } from '../../format/symbols';
import { tooLong } from '../../format/text';
import { isDate } from '../../format/time';
import { type Kind, numberTyped, whyTyped } from '../../format/typed';
import { words } from './words';

/** The fields of the form, as they are typed. */
export const FIELDS = [
  'symbol',
  'ex_day',
  'new',
  'held',
  'to',
  'from_isin',
  'to_isin',
  'parent_share',
  'per_share_paise',
  'premium_paise',
  'note',
] as const;

export type Field = (typeof FIELDS)[number];

export interface Draft extends Record<Field, string> {
  kind: ActionKindName;
}

/** The bounds are the daemon's, which has the last word. */
const NUMBERS: Partial<Record<Field, Kind>> = {
  new: { kind: 'whole', least: 1, most: 1000 },
  held: { kind: 'whole', least: 1, most: 1000 },
  // Hundredths of a percent, typed in percent.
  parent_share: { kind: 'number', above: 0, below: 100 },
  per_share_paise: { kind: 'amount', least: 1, most: 100_000_000 },
  premium_paise: { kind: 'amount', least: 0, most: 100_000_000 },
};

const FIGURES: Readonly<Record<ActionKindName, readonly Field[]>> = {
  bonus: ['new', 'held'],
  split: ['new', 'held'],
  consolidation: ['new', 'held'],
  dividend: ['per_share_paise'],
  demerger: ['to', 'new', 'held', 'parent_share'],
  rights: ['new', 'held', 'premium_paise'],
  symbol_change: ['to'],
  isin_change: ['from_isin', 'to_isin'],
};

/** What may stay empty: of a demerger not all is known when it is announced. */
const OPTIONAL: Readonly<Partial<Record<ActionKindName, readonly Field[]>>> = {
  demerger: ['to', 'new', 'held', 'parent_share'],
  rights: ['premium_paise'],
};

const LONGEST_NOTE = 500;

export function emptyDraft(symbol: string, day: string): Draft {
  const empty = Object.fromEntries(FIELDS.map((field) => [field, ''])) as Record<Field, string>;
  return { ...empty, kind: 'bonus', symbol, ex_day: day };
}

/** The figures that the chosen kind has, in the order of the form. */
export const figuresOf = ({ kind }: Draft): readonly Field[] => FIGURES[kind];

/** The sentence why a field cannot be meant; undefined where it can, or where it is still empty. */
export function mistakeIn(draft: Draft, field: Field): string | undefined {
  const text = draft[field].trim();
  if (field === 'note') return tooLong(text, LONGEST_NOTE);
  if (text === '') return undefined;
  const number = NUMBERS[field];
  if (number) return whyTyped(text, number);
  if (field === 'ex_day') return isDate(text) ? undefined : words.noDate;
  if (field === 'symbol' || field === 'to') {
    return isSymbol(text.toUpperCase()) ? undefined : words.noSymbol;
  }
  return /^[A-Z]{2}[A-Z0-9]{9}\d$/.test(text.toUpperCase()) ? undefined : words.noIsin;
}

/** The action that is meant; null while something is missing or wrong. */
export function actionOf(draft: Draft): NewAction | null {
  const asked: Field[] = ['symbol', 'ex_day', 'note', ...figuresOf(draft)];
  if (asked.some((field) => mistakeIn(draft, field) !== undefined)) return null;
  const free = ['note', ...(OPTIONAL[draft.kind] ?? [])];
  if (asked.some((field) => draft[field].trim() === '' && !free.includes(field))) return null;
  const figures = figuresOf(draft).flatMap((field) => {
    const text = draft[field].trim();
    return text === '' ? [] : [[field, figureOf(field, text)] as const];
  });
  return {
    symbol: draft.symbol.trim().toUpperCase(),
    ex_day: draft.ex_day.trim(),
    kind: draft.kind,
    note: draft.note.trim(),
    ...Object.fromEntries(figures),
  };
}

function figureOf(field: Field, text: string): number | string | null {
  const kind = NUMBERS[field];
  if (!kind) return text.toUpperCase();
  const number = numberTyped(text, kind);
  return field === 'parent_share' && number !== null ? Math.round(number * 100) : number;
}
