import { expect, test } from 'vitest';
import { reasonText } from './reason';

test('a reason reads with amounts and words of people', () => {
  const kept =
    'insufficient balance: 99051.70 rupees with charges, 75949.03 more than are free; given up: retry_expired';
  expect(reasonText(kept)).toBe(
    'insufficient balance: ₹99,051.70 with charges, ₹75,949.03 more than are free; given up: the time to try it again is over',
  );
  expect(reasonText('ADRIVON would take 150000.00 rupees: the limit is 100000.00')).toBe(
    'ADRIVON would take ₹1,50,000.00: the limit is ₹1,00,000.00',
  );
});

test('what is no amount and no code stays', () => {
  for (const reason of ['', 'A limit of 896.00 is no price', 'seen at the broker', 'M&M']) {
    expect(reasonText(reason)).toBe(reason);
  }
});
