import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { untilNextReading } from './market';

const NOW = Date.parse('2026-11-27T10:00:00+05:30');

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

const wait = (dataUpdatedAt: number, errorUpdatedAt = 0) =>
  untilNextReading({ state: { dataUpdatedAt, errorUpdatedAt } });

test('what is left of the minute counts from the last reading, also from one that failed', () => {
  expect(wait(NOW)).toBe(60_000);
  expect(wait(NOW - 45_000)).toBe(15_000);
  expect(wait(NOW - 90_000, NOW - 10_000)).toBe(50_000);
  expect(wait(0, NOW - 10_000)).toBe(50_000);
});

test('it is never none, and whole before the first reading', () => {
  expect(wait(NOW - 300_000)).toBe(1000);
  expect(wait(0)).toBe(60_000);
});
