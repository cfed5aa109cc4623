import { recordOf, textOf } from '../../format/unknown';
import type { Setting } from './form/values';

type Json = Readonly<Record<string, unknown>>;

/**
 * A task describes its settings as a JSON Schema. The common kinds get a field of their own, as the settings of the
 * program have; whatever else a schema may say is written as JSON. The daemon checks all of it.
 */
export function fieldsOf(schema: unknown): Setting[] {
  const properties = recordOf(recordOf(schema).properties);
  return Object.entries(properties).map(([name, described]) => fieldOf(name, recordOf(described)));
}

function fieldOf(name: string, described: Json): Setting {
  const kind = kindOf(name, described);
  return {
    name,
    kind,
    unit: kind === 'money' ? 'paise' : 'none',
    default: described.default ?? null,
    least: numberOr(described.minimum),
    most: numberOr(described.maximum),
    above: numberOr(described.exclusiveMinimum),
    below: numberOr(described.exclusiveMaximum),
    about: [described.title, described.description].map(textOf).filter(Boolean).join('. '),
    ...(kind === 'choice' && { options: optionsOf(described) }),
  };
}

/** By its type; an amount by its name as well, as in the interface for tasks. */
function kindOf(name: string, described: Json): string {
  if (optionsOf(described).length > 0) return 'choice';
  switch (described.type) {
    case 'boolean':
      return 'switch';
    case 'integer':
      return name.endsWith('_paise') ? 'money' : 'whole';
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    default:
      return 'json';
  }
}

/** What it may be, where these are words or numbers alone. */
function optionsOf(described: Json): (string | number)[] {
  const options: readonly unknown[] = Array.isArray(described.enum) ? described.enum : [];
  const plain = options.filter(isPlain);
  return plain.length === options.length ? plain : [];
}

function isPlain(option: unknown): option is string | number {
  return typeof option === 'string' || typeof option === 'number';
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** What is to be set after a change: settings are put as a whole, and null takes one out. */
export function merged(set: Json, change: Json): Record<string, unknown> {
  const entries = Object.entries({ ...set, ...change });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}
