import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from './client';
import { askFailedAgain, createQueryClient } from './queries';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A read that is shown, and what it is answered with. */
function shown(refusal: Failure | null) {
  const cache = createQueryClient();
  const answer = { refusal, asked: 0 };
  const queryFn = () => {
    answer.asked += 1;
    return answer.refusal ? Promise.reject(answer.refusal) : Promise.resolve('read');
  };
  const observer = new QueryObserver(cache, { queryKey: ['figures'], queryFn });
  const leave = observer.subscribe(() => undefined);
  return { cache, answer, observer, leave };
}

const away = new Failure('unreachable', 'the daemon did not answer', 0);

test('what failed while the daemon was away is read when it answers again', async () => {
  const { cache, answer, observer } = shown(away);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(observer.getCurrentResult().isError).toBe(true);
  answer.refusal = null;
  askFailedAgain(cache);
  await vi.advanceTimersByTimeAsync(0);
  expect(observer.getCurrentResult().data).toBe('read');
});

test('what was read, was refused for good or is not shown is left alone', async () => {
  const gone = new Failure('not_found', 'there is no such order', 404);
  const cases = [shown(null), shown(gone), shown(away)];
  await vi.advanceTimersByTimeAsync(10_000);
  cases[2]?.leave();
  const before = cases.map(({ answer }) => answer.asked);
  for (const { cache } of cases) askFailedAgain(cache);
  await vi.advanceTimersByTimeAsync(0);
  expect(cases.map(({ answer }) => answer.asked)).toEqual(before);
});
