import { expect, it } from 'vitest';
import type { Alert } from '../../api/schema';
import { batchesOf } from './batches';

const alert = (id: number, user: number | null): Alert => ({
  id,
  user,
  user_name: user === null ? null : `user${user}`,
  code: 'slot_not_seen',
  subject: '',
  task: null,
  due_at: null,
  raised_at: '2026-11-27T09:15:00.000+05:30',
  detail: 'a slot was not seen',
  resolved_at: null,
  resolved_by: null,
  resolution: '',
});

it('asks for each user by itself, and for the installation without one', () => {
  const batches = batchesOf([alert(1, 4), alert(2, null), alert(3, 4)], undefined);
  expect(batches).toEqual([
    { user: 4, ids: [1, 3] },
    { user: undefined, ids: [2] },
  ]);
});

it('names 100 at most in a request', () => {
  const many = Array.from({ length: 250 }, (_, index) => alert(index + 1, 7));
  expect(batchesOf(many, 7).map(({ ids }) => ids.length)).toEqual([100, 100, 50]);
});
