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

test('a date that no calendar has is left out', () => {
  for (const day of ['2026-13-45', '2026-02-30', '2026-00-01', '0000-00-00']) {
    expect(date({ day }, 'day')).toEqual({});
  }
  expect(date({ day: '2028-02-29' }, 'day')).toEqual({ day: '2028-02-29' });
});

test('what does not fit is left out', () => {
  const search = { user: '-1', day: '27/11', state: 'gone', open: 'false', q: '' };
  expect(wholeNumber(search, 'user')).toEqual({});
  expect(date(search, 'day')).toEqual({});
  expect(oneOf(search, 'state', ['ran', 'missed'])).toEqual({});
  expect(yes(search, 'open')).toEqual({});
  expect(text(search, 'q')).toEqual({});
});
