import type { SettingBody } from '../../api/schema';
import { recordOf, textOf } from '../../format/unknown';

type Json = Readonly<Record<string, unknown>>;

/**
 * A task describes its settings as a JSON Schema. The common kinds get a field of their own, as the settings of the
 * program have; whatever else a schema may say is written as JSON. The daemon checks all of it.
 */
export function fieldsOf(schema: unknown): SettingBody[] {
  const properties = recordOf(recordOf(schema).properties);
  return Object.entries(properties).map(([name, described]) => fieldOf(name, recordOf(described)));
}

function fieldOf(name: string, described: Json): SettingBody {
  return {
    name,
    kind: kindOf(described),
    unit: 'none',
    default: described.default ?? null,
    least: numberOr(described.minimum ?? described.exclusiveMinimum),
    most: numberOr(described.maximum ?? described.exclusiveMaximum),
    about: [described.title, described.description].map(textOf).filter(Boolean).join('. '),
  };
}

function kindOf({ type }: Json): string {
  switch (type) {
    case 'boolean':
      return 'switch';
    case 'integer':
      return 'whole';
    case 'number':
      return 'number';
    case 'string':
      return 'text';
    default:
      return 'json';
  }
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** What is to be set after a change: settings are put as a whole, and null takes one out. */
export function merged(set: Json, change: Json): Record<string, unknown> {
  const entries = Object.entries({ ...set, ...change });
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}
