import { isDate } from '../format/time';

/**
 * Reads search parameters of a URL, which anybody can type. What does not fit is left out, so that a page never sees
 * it; the router's type says which there are.
 */
type Search = Record<string, unknown>;

export function wholeNumber<K extends string>(search: Search, name: K): Partial<Record<K, number>> {
  const value = Number(search[name]);
  return Number.isSafeInteger(value) && value > 0 ? single(name, value) : {};
}

export function text<K extends string>(search: Search, name: K): Partial<Record<K, string>> {
  const value = search[name];
  if (typeof value === 'number') return single(name, String(value));
  return typeof value === 'string' && value !== '' ? single(name, value) : {};
}

export function oneOf<K extends string, const V extends string>(
  search: Search,
  name: K,
  allowed: readonly V[],
): Partial<Record<K, V>> {
  const value = allowed.find((one) => one === search[name]);
  return value === undefined ? {} : single(name, value);
}

export function yes<K extends string>(search: Search, name: K): Partial<Record<K, true>> {
  return search[name] === true ? single(name, true) : {};
}

/** A date as the API writes it, such as 2026-11-27, and one that there is. */
export function date<K extends string>(search: Search, name: K): Partial<Record<K, string>> {
  const value = search[name];
  return typeof value === 'string' && isDate(value) ? single(name, value) : {};
}

function single<K extends string, V>(name: K, value: V): Partial<Record<K, V>> {
  const found: Partial<Record<K, V>> = {};
  found[name] = value;
  return found;
}
