import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../api/client';
import { useRecovery } from './useRecovery';

const away = new Failure('unreachable', 'the daemon did not answer', 0);
const noCode = new Failure('not_loaded', 'the daemon cannot be reached', 0);

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
});
afterEach(() => vi.useRealTimers());

/** The page of an error, and a daemon that gives out the console or does not. */
function failed(error: unknown) {
  const daemon = { answers: false };
  vi.spyOn(globalThis, 'fetch').mockImplementation(() =>
    daemon.answers ? Promise.resolve(new Response()) : Promise.reject(new TypeError('cut')),
  );
  const [again, reload] = [vi.fn(), vi.fn()];
  const { unmount } = renderHook(() => useRecovery(error, again, reload));
  return { daemon, again, reload, unmount };
}

test('a page that could not be read is tried again when the daemon answers', async () => {
  const { daemon, again, reload } = failed(away);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(again).not.toHaveBeenCalled();
  daemon.answers = true;
  await vi.advanceTimersByTimeAsync(5000);
  expect(again).toHaveBeenCalledTimes(1);
  expect(reload).not.toHaveBeenCalled();
});

test('a page whose code did not come is reloaded once a minute at most', async () => {
  const { daemon, again, reload } = failed(noCode);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(reload).not.toHaveBeenCalled();
  daemon.answers = true;
  await vi.advanceTimersByTimeAsync(50_000);
  expect(reload).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(reload).toHaveBeenCalledTimes(2);
  expect(again).not.toHaveBeenCalled();
});

test('what is wrong with the page itself is left to whoever reads it', async () => {
  const { daemon, again, reload } = failed(new TypeError('x is undefined'));
  daemon.answers = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(again).not.toHaveBeenCalled();
  expect(reload).not.toHaveBeenCalled();
});

test('nothing is tried for a page that was left', async () => {
  const { daemon, again, unmount } = failed(away);
  unmount();
  daemon.answers = true;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(again).not.toHaveBeenCalled();
});
