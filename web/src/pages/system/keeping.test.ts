import { expect, it } from 'vitest';
import { cutOff, parsed, shortened } from './keeping';

const rule = { logs_days: 30, plain_ticks_days: 7, recordings_days: 30, signals_days: 400 };

it('reads what was typed over the rule', () => {
  const { wanted, wrong } = parsed(rule, { logs_days: ' 10 ', recordings_days: '1.5' });
  expect(wanted.logs_days).toBe(10);
  expect(wrong).toEqual({ recordings_days: 'This is no whole number.' });
  expect(parsed(rule, { logs_days: '99999999' }).wanted.logs_days).toBe(99_999_999);
  expect(parsed(rule, { logs_days: '-1' }).wrong.logs_days).toBe('The least is 1.');
});

it('tells what is kept for a shorter time', () => {
  expect(shortened(rule, { ...rule, logs_days: 10, signals_days: 500 })).toEqual(['logs_days']);
  expect(cutOff('2026-11-27', 30)).toBe('2026-10-28');
});
