import { expect, test } from 'vitest';
import { chaosCounts, chaosText } from './chaos';

const none = { late_ms: null, lose_every: null, lag_ms: null, down: false };

test('what goes wrong on purpose is told in a few words', () => {
  expect(chaosText({ ...none, late_ms: 2_050 })).toBe('answers come 2.050 s late');
  expect(chaosText({ ...none, lose_every: 1 })).toBe('every answer to an order is lost');
  expect(chaosText({ late_ms: 12_000, lose_every: 3, lag_ms: 90_000, down: true })).toBe(
    'no call arrives, answers come 12.000 s late, one answer in 3 is lost, the order book lags by 90.000 s',
  );
});

test('only what has gone wrong is counted', () => {
  const counts = { late_answers: 0, lost_answers: 1, lagging_books: 0, refused_calls: 1_200 };
  expect(chaosCounts(counts)).toBe('1,200 calls refused, 1 answer lost');
  expect(chaosCounts({ ...counts, lost_answers: 0, refused_calls: 0 })).toBe('');
});
