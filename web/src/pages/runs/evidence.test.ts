import { expect, test } from 'vitest';
import { evidenceText, evidenceValue } from './evidence';

test('amounts of a decision stand with their sign, and other values as they are', () => {
  const evidence = [
    { name: 'rsi', value: '27.10' },
    { name: 'last_close', value: '140250.50' },
  ];
  expect(evidenceText({ evidence })).toBe('RSI 27.10 · last close ₹1,40,250.50');
  expect(evidenceValue({ name: 'price', value: '-0.05' })).toBe('−₹0.05');
  for (const value of ['5', '1.5', 'none', '99999999999999999999.00'])
    expect(evidenceValue({ name: 'price', value })).toBe(value);
});
