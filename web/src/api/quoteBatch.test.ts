import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { QuoteBatch } from './quoteBatch';
import type { Quote } from './schema';

const quoteOf = (symbol: string): Quote => ({
  symbol,
  last_paise: 100,
  previous_close_paise: 100,
  day_change_paise: 0,
  day_change_basis_points: 0,
  open_paise: null,
  high_paise: null,
  low_paise: null,
  volume: 0,
  priced_at: '2026-11-27T10:00:00+05:30',
  source: 'csv',
  derived: false,
});

/** Answers every share but NONE, and keeps what was asked. */
function batch() {
  const asked: string[][] = [];
  const made = new QuoteBatch(
    async (symbols) => {
      asked.push([...symbols]);
      const priced = symbols.filter((symbol) => symbol !== 'NONE');
      return {
        quotes: priced.map(quoteOf),
        unpriced: symbols.filter((symbol) => symbol === 'NONE'),
      };
    },
    () => Date.now(),
  );
  return { batch: made, asked };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('shares that are asked for together are one question, and each gets its own answer', async () => {
  const { batch: made, asked } = batch();
  const answers = Promise.all(['TCS', 'NONE', 'INFY', 'TCS'].map((symbol) => made.of(symbol)));
  await vi.advanceTimersByTimeAsync(0);
  expect(await answers).toEqual([
    { quotes: [quoteOf('TCS')], unpriced: [] },
    { quotes: [], unpriced: ['NONE'] },
    { quotes: [quoteOf('INFY')], unpriced: [] },
    { quotes: [quoteOf('TCS')], unpriced: [] },
  ]);
  expect(asked).toEqual([['INFY', 'NONE', 'TCS']]);
});

test('no question names more than fifty shares', async () => {
  const { batch: made, asked } = batch();
  const many = Array.from({ length: 120 }, (_, number) => `S${number}`);
  const answers = Promise.all(many.map((symbol) => made.of(symbol)));
  await vi.advanceTimersByTimeAsync(0);
  expect((await answers).map(({ quotes }) => quotes[0]?.symbol)).toEqual(many);
  expect(asked.map(({ length }) => length)).toEqual([50, 50, 20]);
});

test('the next question waits a moment, and takes along what comes meanwhile', async () => {
  const { batch: made, asked } = batch();
  void made.of('TCS');
  await vi.advanceTimersByTimeAsync(10);
  void made.of('INFY');
  await vi.advanceTimersByTimeAsync(100);
  void made.of('SBIN');
  expect(asked).toEqual([['TCS']]);
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toEqual([['TCS'], ['INFY', 'SBIN']]);
});

test('a question that fails fails for all who asked, and the next one is asked', async () => {
  let failures = 1;
  const made = new QuoteBatch(async (symbols) => {
    if (failures-- > 0) throw new Error('no answer');
    return { quotes: symbols.map(quoteOf), unpriced: [] };
  });
  const both = Promise.allSettled([made.of('TCS'), made.of('INFY')]);
  await vi.advanceTimersByTimeAsync(0);
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = made.of('TCS');
  await vi.advanceTimersByTimeAsync(300);
  expect((await again).quotes).toHaveLength(1);
});
