import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeSocket } from './fakeSocket';
import type { PriceMessage } from './messages';
import { PriceFeed } from './priceFeed';

const PRICE: PriceMessage = {
  type: 'quote',
  at: '2026-11-27T10:01:02+05:30',
  symbol: 'M&M',
  last_paise: 10_100,
  priced_at: '2026-11-27T10:01:00+05:30',
  source: 'csv',
};

function feed() {
  const sockets: FakeSocket[] = [];
  const prices: PriceMessage[] = [];
  const made = new PriceFeed({
    open: (query) => {
      const socket = new FakeSocket(query);
      sockets.push(socket);
      return socket;
    },
    onPrice: (price) => prices.push(price),
  });
  made.start();
  return { feed: made, sockets, prices };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('without a share that is shown no stream is open', () => {
  const { sockets } = feed();
  vi.advanceTimersByTime(10_000);
  expect(sockets).toEqual([]);
});

test('the shares that are shown are named once each, and their prices are heard', () => {
  const { feed: made, sockets, prices } = feed();
  made.want(['TCS', 'M&M']);
  made.want(['TCS']);
  vi.advanceTimersByTime(300);
  expect(sockets.map(({ query }) => query)).toEqual(['?types=quote&symbols=M%26M%2CTCS']);
  sockets[0]?.says({ type: 'hello', epoch: 'e', sequence: 1, start: 'new' });
  sockets[0]?.says(PRICE);
  expect(prices).toEqual([PRICE]);
});

test('from one page to the next the stream is opened anew once, and closed with the last share', () => {
  const { feed: made, sockets } = feed();
  const leave = made.want(['TCS']);
  vi.advanceTimersByTime(300);
  leave();
  const leaveNext = made.want(['SBIN']);
  vi.advanceTimersByTime(300);
  expect(sockets.map(({ query, isClosed }) => [query, isClosed])).toEqual([
    ['?types=quote&symbols=TCS', true],
    ['?types=quote&symbols=SBIN', false],
  ]);
  leaveNext();
  made.want(['SBIN']);
  vi.advanceTimersByTime(300);
  expect(sockets).toHaveLength(2);
  made.stop();
  expect(sockets[1]?.isClosed).toBe(true);
});

test('while a list is scrolled the stream stays, and is opened anew where it comes to rest', () => {
  const { feed: made, sockets } = feed();
  let leave = made.want(['S0']);
  vi.advanceTimersByTime(300);
  for (let row = 1; row < 10; row += 1) {
    leave();
    leave = made.want([`S${row}`]);
    vi.advanceTimersByTime(100);
  }
  expect(sockets.map(({ isClosed }) => isClosed)).toEqual([false]);
  vi.advanceTimersByTime(200);
  expect(sockets.map(({ query }) => query)).toEqual([
    '?types=quote&symbols=S0',
    '?types=quote&symbols=S9',
  ]);
});

test('no more than fifty shares are named', () => {
  const { feed: made, sockets } = feed();
  made.want(Array.from({ length: 60 }, (_, number) => `S${number}`));
  vi.advanceTimersByTime(300);
  const named = new URLSearchParams(sockets[0]?.query).get('symbols') ?? '';
  expect(named.split(',')).toHaveLength(50);
});
