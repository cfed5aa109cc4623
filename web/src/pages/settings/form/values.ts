import type { SettingBody } from '../../../api/schema';
import { codeTitle } from '../../../format/codes';
import { rupees, rupeesPlain } from '../../../format/money';
import { decimal } from '../../../format/numbers';
import { noSymbols, readSymbols } from '../../../format/symbols';
import { type Kind, readTyped } from '../../../format/typed';
import { words } from './words';

/** A setting as it is described, and what it may be where it is one of a few. */
export interface Setting extends SettingBody {
  /** What stands above its field, where its name does not say it. */
  label?: string | undefined;
  options?: readonly (string | number)[];
  /** A number that it has to be more than, where that is a bound of its own. */
  above?: number | null;
  /** A number that it has to be less than. */
  below?: number | null;
}

/** What stands in the fields that differ from what is saved, by the name of the setting. */
export type Draft = Readonly<Record<string, string>>;

type Values = Readonly<Record<string, unknown>>;

type Reading = { value: unknown } | { why: string };

/** What stands above the field: words of its own, else `max_order_value_paise` as people write it: Max order value. */
export function labelOf({ name, label }: Pick<Setting, 'name' | 'label'>): string {
  return label ?? codeTitle(name.replace(/_(paise|pct)$/, ''));
}

/** The value as it stands in its field; nothing for null. */
export function written(setting: Setting, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (setting.kind === 'money' && typeof value === 'number') {
    return rupeesPlain(value).replace(/\.00$/, '');
  }
  if (setting.kind === 'json') return JSON.stringify(value);
  if (Array.isArray(value)) return value.join(', ');
  return String(value);
}

/** The value for people, with its unit. */
export function told(setting: Setting, value: unknown): string {
  if (value === null || value === undefined) return words.none(setting.name);
  if (typeof value === 'boolean') return value ? words.on : words.off;
  if (setting.kind === 'json') return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? words.noSymbols : value.join(', ');
  if (typeof value !== 'number') return String(value);
  if (setting.kind === 'money') return rupees(value);
  return [decimalOf(value), unitOf(setting, value)].filter(Boolean).join(' ');
}

const decimalOf = (value: number) =>
  Number.isInteger(value) ? decimal(value, 0) : String(value).replace('-', '\u2212');

/** What the numbers of a setting count; of one alone when that is the number. */
export function unitOf({ unit }: Pick<Setting, 'unit'>, value?: number): string {
  const [many, one] = words.units[unit] ?? [unit];
  return value === 1 ? (one ?? many) : many;
}

/** Reads what was typed; an empty field is null, which brings the default back. */
export function read(setting: Setting, text: string): Reading {
  const typed = text.trim();
  if (typed === '') return { value: null };
  switch (setting.kind) {
    case 'switch':
      return { value: typed === 'true' };
    case 'money':
      return readTyped(typed, typedAs(setting, 'amount'));
    case 'whole':
    case 'number':
      return readTyped(typed, typedAs(setting, setting.kind));
    case 'symbols': {
      const { symbols, wrong } = readSymbols(typed);
      return wrong.length > 0 ? { why: noSymbols(wrong) } : { value: symbols };
    }
    case 'json':
      return readJson(typed);
    case 'choice':
      return { value: setting.options?.find((option) => String(option) === typed) ?? typed };
    default:
      return { value: typed };
  }
}

function readJson(text: string): Reading {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return { why: words.noJson };
  }
}

function typedAs(setting: Setting, kind: Kind['kind']): Kind {
  const { least, most, above, below } = setting;
  return { kind, least, most, above, below, tell: (bound) => told(setting, bound) };
}

/** The symbols that a change names and that were not named before. */
export function newSymbols({ setting, before, after }: Change): string[] {
  if (setting.kind !== 'symbols' || !Array.isArray(after)) return [];
  const known: readonly unknown[] = Array.isArray(before) ? before : [];
  return after.filter((symbol) => !known.includes(symbol)).map(String);
}

export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

export interface Change {
  setting: Setting;
  before: unknown;
  after: unknown;
}

/** What a draft changes, and the sentences about what it does not say right. */
export function changesOf(settings: readonly Setting[], draft: Draft, saved: Values) {
  const changes: Change[] = [];
  const mistakes: Record<string, string> = {};
  for (const setting of settings) {
    const text = draft[setting.name];
    if (text === undefined) continue;
    const reading = read(setting, text);
    if ('why' in reading) mistakes[setting.name] = reading.why;
    else changes.push({ setting, before: saved[setting.name], after: reading.value });
  }
  return { changes, mistakes };
}

/** Whether a limit lets more through than before. A limit that is not set stands for the one behind it. */
export function loosens({ before, after }: Change, behind: unknown): boolean {
  const [old, fresh] = [before ?? behind, after ?? behind];
  if (typeof old === 'number' && typeof fresh === 'number') return fresh > old;
  if (Array.isArray(old)) {
    return !Array.isArray(fresh) || fresh.some((symbol) => !old.includes(symbol));
  }
  // No list allows every symbol, so that a first list tightens.
  return false;
}

/** The bounds and the default of a setting, in a few words. */
export function boundsOf(setting: Setting): string {
  const { kind } = setting;
  // What it may be can be seen, and what it is by default is the first of it.
  if (kind === 'choice') return '';
  const range = kind === 'symbols' ? '' : rangeOf(setting);
  return [range, words.byDefault(short(setting, setting.default))].filter(Boolean).join('; ');
}

function rangeOf(setting: Setting): string {
  const { least, most, above, below } = setting;
  if (isNumber(least) && isNumber(most) && !isNumber(above) && !isNumber(below)) {
    return words.range(bare(setting, least), short(setting, most));
  }
  const bounds = [
    isNumber(least) && words.atLeast(short(setting, least)),
    isNumber(above) && words.above(short(setting, above)),
    isNumber(most) && words.atMost(short(setting, most)),
    isNumber(below) && words.below(short(setting, below)),
  ];
  return bounds.filter(Boolean).join(', ');
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** As `told`, without the paise of whole rupees. */
function short(setting: Setting, value: unknown): string {
  return setting.kind === 'money'
    ? told(setting, value).replace(/\.00$/, '')
    : told(setting, value);
}

/** As `short`, without a unit that is named after it anyway. */
function bare(setting: Setting, value: number): string {
  return setting.kind === 'money' ? short(setting, value) : decimalOf(value);
}
