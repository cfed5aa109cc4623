import { expect, test } from 'vitest';
import type { TaskStatus } from '../../api/schema';
import { toMs } from '../../format/time';
import { held } from './held';

const NOW = toMs('2026-11-17T10:31:30.000+05:30');
const at = (time: string) => `2026-11-17T${time}.000+05:30`;

function status(started: string | null, next: string | null, executing = false) {
  const last_run =
    started === null
      ? null
      : ({ started_at: at(started) } satisfies Partial<TaskStatus['last_run']> as NonNullable<
          TaskStatus['last_run']
        >);
  return { executing, last_run, next_run_at: next === null ? null : at(next) };
}

test('two minutes after its last start a task can be run once', () => {
  expect(held(status(null, '16:00:00'), NOW, null)).toBeNull();
  expect(held(status('10:29:30', '16:00:00'), NOW, null)).toBeNull();
  expect(held(status('10:30:00', '16:00:00'), NOW, null)).toEqual({
    why: 'recent',
    untilMs: toMs(at('10:32:00')),
  });
});

test('what the daemon said at a refusal holds where it is later', () => {
  expect(held(status('10:30:00', null), NOW, at('10:35:00'))).toEqual({
    why: 'recent',
    untilMs: toMs(at('10:35:00')),
  });
});

test('a task that its service starts each minute cannot be run besides', () => {
  expect(held(status('10:31:00', '10:32:00'), NOW, null)?.why).toBe('ticking');
  expect(held(status('10:31:00', '10:32:00', true), NOW, null)?.why).toBe('ticking');
  // The last tick of the day: in two minutes it can be.
  expect(held(status('10:31:00', '16:00:00'), NOW, null)?.why).toBe('recent');
});

test('one that executes is waited for', () => {
  expect(held(status('10:20:00', null, true), NOW, null)).toEqual({
    why: 'executing',
    untilMs: null,
  });
});
