import { describe, expect, test } from 'vitest';
import type { CheckOutcomeName, DoctorCheck, DoctorMorning } from '../../api/schema';
import { byUrgency, morningSlots, summaryOf } from './marks';

const check = (name: string, outcome: CheckOutcomeName): DoctorCheck => ({
  name,
  outcome,
  evidence: '',
  advice: '',
});

const CHECKS = [
  check('a', 'ok'),
  check('b', 'warning'),
  check('c', 'failed'),
  check('d', 'failed'),
];

describe('what the doctor found', () => {
  test('has first what a person must look at', () => {
    expect(byUrgency(CHECKS).map(({ name }) => name)).toEqual(['c', 'd', 'b', 'a']);
  });

  test('is one sentence', () => {
    expect(summaryOf(CHECKS)).toBe('2 checks failed, 1 to look at');
    expect(summaryOf([check('a', 'ok')])).toBe('everything is as it should be');
    expect(summaryOf([check('a', 'not_known')])).toBe('1 not known yet');
  });
});

describe('the look of a morning in the timeline', () => {
  const due_at = '2026-11-17T08:30:00.000+05:30';
  const atMs = Date.parse(due_at);
  const morning = (change: Partial<DoctorMorning>): DoctorMorning => ({
    day: '2026-11-17',
    due_at,
    looked_at: due_at,
    outcome: 'ok',
    reason: '',
    checks: [check('a', 'ok')],
    ...change,
  });
  const slot = (items: DoctorMorning[], nowMs = atMs) => morningSlots({ due_at, items }, nowMs)[0];

  test('is due, overdue, or what became of it', () => {
    expect(slot([])?.outcome).toBe('due');
    expect(slot([], atMs + 7 * 60_000)?.outcome).toBe('overdue');
    expect(slot([morning({ day: '2026-11-16' })])?.outcome).toBe('due');
    expect(slot([morning({})])?.outcome).toBe('ran');
    expect(slot([morning({ outcome: 'failed' })])?.outcome).toBe('failed');
  });

  test('says why it was late or missed', () => {
    const late = slot([morning({ reason: 'it was down' })]);
    expect([late?.outcome, late?.note]).toEqual([
      'late',
      'everything is as it should be; it was down',
    ]);
    const missed = slot([
      morning({ outcome: 'missed', looked_at: null, reason: 'it was down', checks: [] }),
    ]);
    expect([missed?.outcome, missed?.note]).toEqual(['missed', 'it was down']);
  });

  test('is not there on a day without a session', () => {
    expect(morningSlots({ due_at: null, items: [morning({})] }, atMs)).toEqual([]);
  });
});
