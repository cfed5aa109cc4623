import type { ChaosInForce } from '../api/schema';
import { count, plural } from './numbers';

type Modes = Pick<ChaosInForce, 'late_ms' | 'lose_every' | 'lag_ms' | 'down'>;
type Counts = Pick<
  ChaosInForce,
  'late_answers' | 'lost_answers' | 'lagging_books' | 'refused_calls'
>;

const seconds = (ms: number) =>
  `${count(Math.floor(ms / 1000))}.${String(ms % 1000).padStart(3, '0')} s`;

const words = {
  down: 'no call arrives',
  late: (ms: number) => `answers come ${seconds(ms)} late`,
  lossy: (every: number) =>
    every === 1 ? 'every answer to an order is lost' : `one answer in ${count(every)} is lost`,
  lagging: (ms: number) => `the order book lags by ${seconds(ms)}`,
} as const;

/** How a paper broker misbehaves on purpose, in a few words. */
export function chaosText({ late_ms, lose_every, lag_ms, down }: Modes): string {
  return [
    down && words.down,
    late_ms !== null && words.late(late_ms),
    lose_every !== null && words.lossy(lose_every),
    lag_ms !== null && words.lagging(lag_ms),
  ]
    .filter(Boolean)
    .join(', ');
}

/** How often it has. */
export function chaosCounts(counts: Counts): string {
  return [
    counts.refused_calls > 0 && `${plural(counts.refused_calls, 'call')} refused`,
    counts.late_answers > 0 && `${plural(counts.late_answers, 'answer')} late`,
    counts.lost_answers > 0 && `${plural(counts.lost_answers, 'answer')} lost`,
    counts.lagging_books > 0 && `${plural(counts.lagging_books, 'order book')} behind`,
  ]
    .filter(Boolean)
    .join(', ');
}
