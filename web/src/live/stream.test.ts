import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeSocket } from './fakeSocket';
import type { LiveEvent } from './messages';
import { SILENCE_MS, Stream, type StreamState } from './stream';

function listen() {
  const sockets: FakeSocket[] = [];
  const events: LiveEvent[] = [];
  const states: StreamState[] = [];
  const reloads: string[] = [];
  const onSignedOut = vi.fn();
  const stream = new Stream({
    open: (query) => {
      const socket = new FakeSocket(query);
      sockets.push(socket);
      return socket;
    },
    onEvent: (event) => events.push(event),
    onReload: (start) => reloads.push(start),
    onState: (state) => states.push(state),
    onSignedOut,
    random: () => 1,
  });
  const last = () => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  };
  return { stream, sockets, events, states, reloads, onSignedOut, last };
}

const HELLO = { type: 'hello', epoch: 'e 1', sequence: 7, start: 'new' };
const EVENT = {
  type: 'settings',
  sequence: 9,
  at: '2026-11-27T10:00:00+05:30',
  task: 'analysis',
  version: 2,
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a new stream has everything read, and events follow', () => {
  const { stream, events, states, reloads, last } = listen();
  stream.start();
  expect(last().query).toBe('?heartbeats=false');
  last().says(HELLO);
  last().says(EVENT);
  expect(reloads).toEqual(['new']);
  expect(states).toEqual(['live']);
  expect(events).toHaveLength(1);
});

test('a broken stream goes on where it was and reads nothing anew', () => {
  const { stream, reloads, states, last } = listen();
  stream.start();
  last().says(HELLO);
  last().says(EVENT);
  last().onclose?.({ code: 1006 });
  expect(states).toEqual(['live', 'lost']);
  vi.advanceTimersByTime(500);
  expect(last().query).toBe('?heartbeats=false&since=9&epoch=e%201');
  last().says({ ...HELLO, sequence: 12, start: 'resumed' });
  // Until the missed events have come the place stays: to break now must not lose them.
  last().onclose?.({ code: 1006 });
  vi.advanceTimersByTime(500);
  expect(last().query).toBe('?heartbeats=false&since=9&epoch=e%201');
  expect(reloads).toEqual(['new']);
});

test('after a restart of the daemon everything is read anew', () => {
  const { stream, reloads, last } = listen();
  stream.start();
  last().says(HELLO);
  last().onclose?.({ code: 1001 });
  vi.advanceTimersByTime(500);
  last().says({ type: 'hello', epoch: 'e2', sequence: 3, start: 'resync' });
  last().onclose?.({ code: 1006 });
  vi.advanceTimersByTime(500);
  expect(last().query).toBe('?heartbeats=false&since=3&epoch=e2');
  expect(reloads).toEqual(['new', 'resync']);
});

test('the pauses double up to 15 s', () => {
  const { stream, sockets, last } = listen();
  stream.start();
  for (const pause of [500, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
    const before = sockets.length;
    last().onclose?.({ code: 1006 });
    vi.advanceTimersByTime(pause - 1);
    expect(sockets).toHaveLength(before);
    vi.advanceTimersByTime(1);
    expect(sockets).toHaveLength(before + 1);
  }
});

test('a daemon under strain is left alone for a while', () => {
  const { stream, sockets, last } = listen();
  stream.start();
  last().onclose?.({ code: 1013 });
  vi.advanceTimersByTime(1999);
  expect(sockets).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(sockets).toHaveLength(2);
});

test('a silent stream is lost after 30 s, as LIVE.md promises, a beat keeps it', () => {
  const { stream, sockets, states, last } = listen();
  stream.start();
  last().says(HELLO);
  vi.advanceTimersByTime(SILENCE_MS - 1);
  last().says({ type: 'beat', sequence: 8 });
  vi.advanceTimersByTime(SILENCE_MS - 1);
  expect(states).toEqual(['live']);
  vi.advanceTimersByTime(1);
  expect(SILENCE_MS).toBe(30_000);
  expect(states).toEqual(['live', 'lost']);
  expect(sockets[0]?.isClosed).toBe(true);
  vi.advanceTimersByTime(500);
  expect(last().query).toBe('?heartbeats=false&since=8&epoch=e%201');
});

test('a stream that was signed out waits for a log-in', () => {
  const { stream, sockets, states, onSignedOut, last } = listen();
  stream.start();
  last().says(HELLO);
  last().onclose?.({ code: 4401 });
  vi.advanceTimersByTime(120_000);
  expect(sockets).toHaveLength(1);
  expect(states).toEqual(['live', 'signed_out']);
  expect(onSignedOut).toHaveBeenCalledOnce();
  stream.hurry();
  expect(sockets).toHaveLength(2);
});

test('it hurries when the network is back, and leaves a live stream alone', () => {
  const { stream, sockets, last } = listen();
  stream.start();
  last().onclose?.({ code: 4408 });
  stream.hurry();
  expect(sockets).toHaveLength(2);
  last().says(HELLO);
  stream.hurry();
  vi.advanceTimersByTime(20_000);
  expect(sockets).toHaveLength(2);
});

test('messages of unknown kinds and broken ones are passed over', () => {
  const { stream, events, last } = listen();
  stream.start();
  last().says(HELLO);
  last().says({ type: 'weather', sequence: 8 });
  last().onmessage?.({ data: '{"type":' });
  last().onmessage?.({ data: new ArrayBuffer(1) });
  expect(events).toEqual([]);
});

test('stopped and started again, it says anew that it is live', () => {
  const { stream, sockets, states, last } = listen();
  stream.start();
  last().says(HELLO);
  stream.stop();
  stream.start();
  expect(sockets).toHaveLength(2);
  last().says({ ...HELLO, start: 'resumed' });
  expect(states).toEqual(['live', 'live']);
});
