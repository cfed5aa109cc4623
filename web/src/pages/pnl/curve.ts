import type { CurvePoint } from '../../api/schema';

/** A date of the curve. Amounts in paise. */
export interface Place {
  day: string;
  /** The present, whose books are not closed. */
  present: boolean;
  /** Results of all dates so far. */
  result: number;
  equity: number;
  /** How far equity stands below its peak; never above zero. */
  below: number;
  /** Paid in or out since the place before. */
  flow: number;
}

/** Adds the results up; `points` come oldest first. What is paid in or out is no result. */
export function placesOf(points: readonly CurvePoint[]): Place[] {
  let result = 0;
  return points.map((point) => {
    result += point.result_paise;
    return {
      day: point.day,
      present: point.present,
      result,
      equity: point.equity_paise,
      below: 0 - point.drawdown_paise,
      flow: point.net_flow_paise,
    };
  });
}

/** The largest fall from a peak; zero when there was none. */
export function deepest(places: readonly Place[]): number {
  return places.reduce((least, { below }) => Math.min(least, below), 0);
}
