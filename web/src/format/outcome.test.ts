import { describe, expect, it } from 'vitest';
import {
  byUrgency,
  ORDER_STATES,
  type OrderState,
  OUTCOMES,
  runMark,
  slotOutcome,
} from './outcome';

const due_at = '2026-11-27T10:00:00.000+05:30';
const at = (text: string) => Date.parse(`2026-11-27T${text}+05:30`);

describe('slotOutcome', () => {
  it('keeps what the ledger decided', () => {
    expect(slotOutcome({ state: 'late', due_at }, at('11:00:00'))).toBe('late');
  });

  it('splits what is open', () => {
    const open = { state: 'open', due_at } as const;
    expect(slotOutcome(open, at('09:59:00'))).toBe('due');
    expect(slotOutcome(open, at('10:00:30'))).toBe('due');
    expect(slotOutcome(open, at('10:07:59'))).toBe('due');
    expect(slotOutcome(open, at('10:08:00'))).toBe('overdue');
  });

  it('does not call overdue what waits', () => {
    const waits = { state: 'open', due_at, free_at: due_at.replace('10:', '11:') } as const;
    expect(slotOutcome(waits, at('10:30:00'))).toBe('due');
  });
});

it('a continuous slot runs while its ticks come', () => {
  const slot = {
    state: 'open',
    due_at,
    ends_at: due_at.replace('10:', '15:'),
    ticks: { expected: 300, last_at: due_at.replace('10:', '11:') },
  } as const;
  expect(slotOutcome(slot, at('11:08:59'))).toBe('running');
  expect(slotOutcome(slot, at('11:09:00'))).toBe('overdue');
  const begun = { ...slot, ticks: { expected: 300, last_at: null } };
  expect(slotOutcome(begun, at('10:07:59'))).toBe('due');
  expect(slotOutcome(begun, at('10:08:00'))).toBe('overdue');
  const startedLater = { ...slot, ticks: { expected: 240, last_at: null } };
  expect(slotOutcome(startedLater, at('10:30:00'))).toBe('due');
});

it('no two marks of a family look the same', () => {
  for (const family of [OUTCOMES, ORDER_STATES]) {
    const shapes = Object.values(family).map((mark) => mark.shape);
    expect(new Set(shapes).size).toBe(shapes.length);
  }
});

it('unknown orders come first', () => {
  const states: OrderState[] = ['filled', 'accepted', 'unknown', 'rejected'];
  expect(states.sort(byUrgency)).toEqual(['unknown', 'accepted', 'rejected', 'filled']);
});

it('names the end of a run', () => {
  expect(runMark('executing').word).toBe('running');
  expect(runMark('succeeded').word).toBe('succeeded');
  expect(runMark('task_failed')).toEqual({ shape: 'cross', word: 'task failed', token: 'bad' });
});
