import type { PositionDetail } from '../../api/schema';

/** A share may be held by several strategies at once; each position of it is its own. */
export function positionId({ symbol, strategy }: PositionDetail): string {
  return `${symbol}:${strategy}`;
}

/** Positions by strategy, in the order of their names. */
export function byStrategy(
  positions: readonly PositionDetail[],
): readonly (readonly [string, readonly PositionDetail[]])[] {
  const found = new Map<string, PositionDetail[]>();
  for (const position of positions) {
    const before = found.get(position.strategy) ?? [];
    found.set(position.strategy, [...before, position]);
  }
  return [...found].sort(([one], [other]) => one.localeCompare(other));
}
