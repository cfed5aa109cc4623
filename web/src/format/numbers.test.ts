import { expect, it } from 'vitest';
import { bytes, count, decimal, percent, percentSigned, plural } from './numbers';

it('writes numbers', () => {
  expect(count(1234567)).toBe('12,34,567');
  expect(count(-12)).toBe('−12');
  expect(decimal(12.345)).toBe('12.35');
  expect(percent(0.1234)).toBe('12.3 %');
  expect(percentSigned(-0.1234)).toBe('−12.3 %');
  expect(percentSigned(0.1234)).toBe('+12.3 %');
  expect(percentSigned(-0.0001)).toBe('0.0 %');
  expect(bytes(812)).toBe('812 B');
  expect(bytes(1_500_000)).toBe('1.4 MiB');
  expect(plural(1, 'order')).toBe('1 order');
  expect(plural(1000, 'entry', 'entries')).toBe('1,000 entries');
});
