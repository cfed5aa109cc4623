import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Gatherer } from './gatherer';
import type { OrderEvent, ServiceEvent, TaskEvent } from './messages';

const AT = '2026-11-27T10:00:00.000+05:30';
const ORDER_KEY = ['orders', 'list', {}];

const orderEvent = (order: string): OrderEvent => ({
  type: 'order',
  sequence: 1,
  at: AT,
  order,
  symbol: 'RELIANCE',
  side: 'buy',
  state: 'filled',
  quantity: 12,
  filled: 12,
  average_price_paise: 250_000,
  run: 4,
  strategy: 'rebound',
});

function setUp() {
  const cache = new QueryClient();
  const gatherer = new Gatherer(cache, () => Date.now());
  const read = vi.spyOn(cache, 'invalidateQueries');
  const resourcesRead = () => read.mock.calls.map(([filters]) => filters?.queryKey?.[0]);
  return { cache, gatherer, resourcesRead };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('an order is patched by its id after a quarter of a second', () => {
  const { cache, gatherer, resourcesRead } = setUp();
  const row = { id: 'a', state: 'accepted', filled_quantity: 0, quantity: 12 };
  cache.setQueryData(ORDER_KEY, {
    pages: [{ items: [row, { ...row, id: 'b' }], next: null }],
    pageParams: [{}],
  });
  gatherer.add(orderEvent('a'));
  vi.advanceTimersByTime(249);
  expect(resourcesRead()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(cache.getQueryData(ORDER_KEY)).toMatchObject({
    pages: [
      {
        items: [
          { id: 'a', state: 'filled', filled_quantity: 12 },
          { id: 'b', state: 'accepted' },
        ],
      },
    ],
  });
  expect(resourcesRead()).toEqual(['orders', 'funds']);
});

test('a slot gets its outcome', () => {
  const { cache, gatherer } = setUp();
  const key = ['slots', 'day', {}];
  const slot = {
    user: 2,
    task: 'buy_orders',
    due_at: AT,
    state: 'open',
    reason: '',
    execution: null,
  };
  cache.setQueryData(key, [slot, { ...slot, user: 3 }]);
  const event: TaskEvent = {
    type: 'task',
    phase: 'slot',
    sequence: 1,
    at: AT,
    user: 2,
    task: 'buy_orders',
    due_at: '2026-11-27T04:30:00.000Z',
    outcome: 'failed',
    reason: 'no funds',
    run: 9,
  };
  gatherer.add(event);
  vi.advanceTimersByTime(250);
  expect(cache.getQueryData(key)).toMatchObject([
    { user: 2, state: 'failed', reason: 'no funds', execution: 9 },
    { user: 3, state: 'open' },
  ]);
});

test('a heartbeat is written down and nothing is read for it', () => {
  const { cache, gatherer, resourcesRead } = setUp();
  const key = ['services', 'status', {}];
  cache.setQueryData(key, { user: 2, running: true, heartbeat_at: null });
  const beat: ServiceEvent = { type: 'service', change: 'heartbeat', sequence: 1, at: AT, user: 2 };
  gatherer.add(beat);
  vi.advanceTimersByTime(5000);
  expect(cache.getQueryData(key)).toMatchObject({ heartbeat_at: AT });
  expect(resourcesRead()).toEqual([]);
});

test('a list is read every two seconds at most, and once more after the last event', () => {
  const { gatherer, resourcesRead } = setUp();
  for (let passed = 0; passed < 5000; passed += 100) {
    gatherer.add({ type: 'alert', sequence: 1, at: AT, code: 'slot_not_seen', message: '' });
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(10_000);
  expect(resourcesRead().filter((resource) => resource === 'alerts')).toHaveLength(4);
});

test('money that was paid in is read anew where it shows', () => {
  const { gatherer, resourcesRead } = setUp();
  gatherer.add({ type: 'changed', sequence: 1, at: AT, user: 7, what: 'settings', id: 'capital' });
  vi.advanceTimersByTime(250);
  expect(resourcesRead()).toEqual(expect.arrayContaining(['funds', 'pnl']));
});

test('of a flood nothing is patched, the list is read', () => {
  const { cache, gatherer, resourcesRead } = setUp();
  const write = vi.spyOn(cache, 'setQueriesData');
  for (let number = 0; number < 1000; number += 1) gatherer.add(orderEvent(String(number)));
  vi.advanceTimersByTime(250);
  expect(write).not.toHaveBeenCalled();
  expect(resourcesRead()).toEqual(['orders', 'funds']);
});

test('what is being read when an event comes is let finish and read once more', async () => {
  const { cache, gatherer, resourcesRead } = setUp();
  let answer = (_rows: string[]) => {};
  const queryFn = () => new Promise<string[]>((resolve) => (answer = resolve));
  const reading = cache.fetchQuery({ queryKey: ['alerts', 'list'], queryFn });
  gatherer.add({ type: 'alert', sequence: 1, at: AT, code: 'slot_not_seen', message: '' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(resourcesRead()).not.toContain('alerts');
  answer(['as it was before the event']);
  await reading;
  await vi.advanceTimersByTimeAsync(250);
  expect(resourcesRead()).toContain('alerts');
  gatherer.stop();
});

test('an order shows its state at once in the list of everybody as well', () => {
  const { cache, gatherer } = setUp();
  const key = ['orders', 'of-all', {}];
  cache.setQueryData(key, { pages: [{ items: [{ id: 'a', state: 'sent' }] }], pageParams: [{}] });
  gatherer.add(orderEvent('a'));
  vi.advanceTimersByTime(250);
  expect(cache.getQueryData(key)).toMatchObject({ pages: [{ items: [{ state: 'filled' }] }] });
});
