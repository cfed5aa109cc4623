import { rupees } from './money';
import { decimal } from './numbers';

/** A number that somebody has typed, or the sentence why it is none. */
export type Typed = { value: number } | { why: string };

/** What a field of numbers takes. Amounts are typed in rupees, and are paise here and in the bounds. */
export interface Kind {
  kind: 'whole' | 'number' | 'amount';
  least?: number | null | undefined;
  most?: number | null | undefined;
  /** A number that it has to be more than. */
  above?: number | null | undefined;
  /** A number that it has to be less than. */
  below?: number | null | undefined;
  /** A bound for people, with its unit. */
  tell?: (bound: number) => string;
}

const words = {
  no: {
    whole: 'This is no whole number.',
    number: 'This is no number.',
    amount: 'This is no amount, such as 2,50,000 or 99.50.',
  },
  grouping:
    'A fraction has a point, such as 0.5. Commas only group: write 1,50,000, 150,000 or 150000.',
  paise: 'An amount has at most two digits after the point.',
  tooLarge: 'This is too large.',
  less: (least: string) => `The least is ${least}.`,
  more: (most: string) => `The most is ${most}.`,
  notAbove: (bound: string) => `It must be more than ${bound}.`,
  notBelow: (bound: string) => `It must be less than ${bound}.`,
} as const;

const PLAIN = /^\d*$/;
const INDIAN = /^[1-9]\d?(,\d\d)*,\d{3}$/;
const THOUSANDS = /^[1-9]\d{0,2}(,\d{3})+$/;

/**
 * Reads a number as people type it. Nothing is cut or moved to a bound, and a comma that could be meant as a point is
 * refused: taken for a group it would make the number ten times as large.
 */
export function readTyped(text: string, kind: Kind): Typed {
  const parts = /^([-−+]?)\s*(₹?)\s*([\d,]*)(?:\.(\d+))?$/.exec(text.trim());
  const [, sign = '', rupee = '', whole = '', fraction = ''] = parts ?? [];
  const isEmpty = whole === '' && fraction === '';
  if (!parts || isEmpty || (rupee !== '' && kind.kind !== 'amount')) return refused(text, kind);
  if (!isGrouped(whole)) return { why: words.grouping };
  if (kind.kind === 'whole' && fraction !== '') return { why: words.no.whole };
  if (kind.kind === 'amount' && fraction.length > 2) return { why: words.paise };
  const digits = whole.replaceAll(',', '');
  const size =
    kind.kind === 'amount'
      ? Number(digits + fraction.padEnd(2, '0'))
      : Number(`${digits || '0'}.${fraction || '0'}`);
  return within(sign === '' || sign === '+' || size === 0 ? size : -size, kind);
}

/** The number alone, or null where it is none. */
export function numberTyped(text: string, kind: Kind): number | null {
  const read = readTyped(text, kind);
  return 'value' in read ? read.value : null;
}

/** The sentence why it is no such number; undefined where it is one. */
export function whyTyped(text: string, kind: Kind): string | undefined {
  const read = readTyped(text, kind);
  return 'why' in read ? read.why : undefined;
}

function isGrouped(whole: string): boolean {
  return PLAIN.test(whole) || INDIAN.test(whole) || THOUSANDS.test(whole);
}

/** `1.234,56` is a number to somebody, and worth more than that it is none. */
function refused(text: string, { kind }: Kind): Typed {
  const isForeign = /^[-−+]?\s*₹?\s*\d[\d.,]*,\d+$/.test(text.trim());
  return { why: isForeign ? words.grouping : words.no[kind] };
}

/** The bounds come from the daemon, which has the last word; they are told here so that nobody has to send first. */
function within(value: number, { kind, least, most, above, below, tell = plainly(kind) }: Kind) {
  if (isNumber(least) && value < least) return { why: words.less(tell(least)) };
  if (isNumber(most) && value > most) return { why: words.more(tell(most)) };
  if (isNumber(above) && value <= above) return { why: words.notAbove(tell(above)) };
  if (isNumber(below) && value >= below) return { why: words.notBelow(tell(below)) };
  // Beyond these a number is not told exactly any more.
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? { value } : { why: words.tooLarge };
}

function plainly(kind: Kind['kind']): (bound: number) => string {
  if (kind === 'amount') return rupees;
  return (bound) => (Number.isInteger(bound) ? decimal(bound, 0) : String(bound));
}

const isNumber = (value: unknown): value is number => typeof value === 'number';
