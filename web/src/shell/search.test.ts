import { expect, test } from 'vitest';
import { date, oneOf, text, wholeNumber, yes } from './search';

test('what fits is read', () => {
  const search = { user: 3, day: '2026-11-27', state: 'missed', open: true, q: 7 };
  expect(wholeNumber(search, 'user')).toEqual({ user: 3 });
  expect(date(search, 'day')).toEqual({ day: '2026-11-27' });
  expect(oneOf(search, 'state', ['ran', 'missed'])).toEqual({ state: 'missed' });
  expect(yes(search, 'open')).toEqual({ open: true });
  expect(text(search, 'q')).toEqual({ q: '7' });
});

test('what does not fit is left out', () => {
  const search = { user: '-1', day: '27/11', state: 'gone', open: 'false', q: '' };
  expect(wholeNumber(search, 'user')).toEqual({});
  expect(date(search, 'day')).toEqual({});
  expect(oneOf(search, 'state', ['ran', 'missed'])).toEqual({});
  expect(yes(search, 'open')).toEqual({});
  expect(text(search, 'q')).toEqual({});
});
