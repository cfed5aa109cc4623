import { expect, test } from 'vitest';
import { MarketClock } from './clock';

const NINE = Date.parse('2026-11-27T09:00:00+05:30');

function at(start: number) {
  let now = start;
  const clock = new MarketClock(() => now);
  return { clock, wait: (ms: number) => (now += ms) };
}

test('it ticks from the middle of the question', () => {
  const { clock, wait } = at(1000);
  expect(clock.isSet).toBe(false);
  clock.set({ daemonMs: NINE, sentMs: 900, receivedMs: 1000, speed: 1 });
  expect(clock.nowMs()).toBe(NINE + 50);
  wait(1000);
  expect(clock.nowMs()).toBe(NINE + 1050);
});

test('the speed that the daemon tells holds at once', () => {
  const { clock, wait } = at(0);
  clock.set({ daemonMs: NINE, sentMs: 0, receivedMs: 0, speed: 60 });
  wait(2000);
  expect(clock.nowMs()).toBe(NINE + 120_000);
});

test('without it two answers tell the speed', () => {
  const { clock, wait } = at(0);
  clock.set({ daemonMs: NINE, sentMs: 0, receivedMs: 0 });
  expect(clock.isPaceKnown).toBe(false);
  wait(100);
  clock.set({ daemonMs: NINE + 6000, sentMs: 100, receivedMs: 100 });
  expect(clock.isPaceKnown).toBe(false);
  wait(1900);
  clock.set({ daemonMs: NINE + 120_000, sentMs: 2000, receivedMs: 2000 });
  expect(clock.speed).toBe(60);
  expect(clock.nowMs()).toBe(NINE + 120_000);
});

test('a real clock that drifts a little stays a real clock', () => {
  const { clock } = at(0);
  clock.set({ daemonMs: NINE, sentMs: 0, receivedMs: 0 });
  clock.set({ daemonMs: NINE + 10_020, sentMs: 10_000, receivedMs: 10_000 });
  expect(clock.speed).toBe(1);
});
