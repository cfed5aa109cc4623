import type { TaskAllowance } from '../../api/schema';

/** A number that an allowance holds; null is no limit of its own. */
interface Limit {
  /** Such as `cpu_ms` or `per_run.decisions`. */
  name: string;
  value: number | null;
}

/** Every number of an allowance. */
export function limitsOf(allowance: TaskAllowance): Limit[] {
  const { cpu_ms, memory_bytes, calls, orders_per_day, max_order_value_paise } = allowance;
  return [
    { name: 'cpu_ms', value: cpu_ms },
    { name: 'memory_bytes', value: memory_bytes },
    { name: 'calls', value: calls },
    { name: 'orders_per_day', value: orders_per_day ?? null },
    { name: 'max_order_value_paise', value: max_order_value_paise ?? null },
    ...within('per_run', allowance.per_run),
    ...within('per_day', allowance.per_day),
  ];
}

function within(part: string, limits: object | null | undefined): Limit[] {
  return Object.entries(limits ?? {}).map(([name, value]) => ({
    name: `${part}.${name}`,
    value: typeof value === 'number' ? value : null,
  }));
}

/** The allowance with one number changed; a name that it does not have changes nothing. */
export function withLimit(
  allowance: TaskAllowance,
  name: string,
  value: number | null,
): TaskAllowance {
  const [part, inner] = name.split('.');
  const { per_run, per_day } = allowance;
  if (part === 'per_run' && inner && per_run && value !== null)
    return { ...allowance, per_run: { ...per_run, [inner]: value } };
  if (part === 'per_day' && inner && per_day && value !== null)
    return { ...allowance, per_day: { ...per_day, [inner]: value } };
  return { ...allowance, [name]: value };
}

/** One part of an allowance that is other than before. */
export interface Change {
  name: string;
  before: string | number | null;
  after: string | number | null;
  /** Whether more is allowed than before. */
  isLooser: boolean;
}

export function changesOf(before: TaskAllowance, after: TaskAllowance): Change[] {
  const then = new Map(limitsOf(before).map(({ name, value }) => [name, value]));
  const numbers = limitsOf(after)
    .map(({ name, value }) => ({ name, before: then.get(name) ?? null, after: value }))
    .filter((change) => change.before !== change.after)
    .map((change) => ({ ...change, isLooser: roof(change.after) > roof(change.before) }));
  return [
    ...setChange('capabilities', before.capabilities, after.capabilities),
    ...setChange('symbols', before.symbols ?? null, after.symbols ?? null),
    ...numbers,
  ];
}

/** The limits that leave nothing: each of them means more than that there is less. */
export function noughtsOf(changes: readonly Change[]): Change[] {
  return changes.filter(({ after }) => after === 0);
}

/** What somebody has made of `from`, done to `onto`: what they did not touch is as it is there. */
export function rebased(
  from: TaskAllowance,
  mine: TaskAllowance,
  onto: TaskAllowance,
): TaskAllowance {
  const touched = new Set(changesOf(from, mine).map(({ name }) => name));
  const limits = limitsOf(mine).filter(({ name }) => touched.has(name));
  return {
    ...limits.reduce((all, { name, value }) => withLimit(all, name, value), onto),
    ...(touched.has('capabilities') && { capabilities: mine.capabilities }),
    ...(touched.has('symbols') && { symbols: mine.symbols ?? null }),
  };
}

function roof(value: number | null): number {
  return value ?? Number.POSITIVE_INFINITY;
}

/** Null allows everything. */
function setChange(
  name: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): Change[] {
  const had = new Set(before);
  const has = new Set(after);
  const isSame =
    (before === null) === (after === null) &&
    had.size === has.size &&
    [...had].every((one) => has.has(one));
  if (isSame) return [];
  const isLooser = before !== null && (after === null || [...has].some((one) => !had.has(one)));
  return [{ name, before: told(before), after: told(after), isLooser }];
}

function told(set: readonly string[] | null): string | null {
  return set === null ? null : set.toSorted().join(', ');
}
