import { expect, test } from 'vitest';
import { queryOf } from './tables';

test('a table is asked for with the filter of its list, without what is of pages', () => {
  expect(queryOf({ user: 3, task: undefined, states: ['sent', 'accepted'], limit: 100 })).toBe(
    '?user=3&states=sent%2Caccepted',
  );
  expect(queryOf({ limit: 100, cursor: 'x' })).toBe('');
});
