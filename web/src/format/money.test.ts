import { describe, expect, it } from 'vitest';
import { direction, inRupees, rupees, rupeesCompact, rupeesPlain, rupeesSigned } from './money';

describe('money', () => {
  it('groups as India does and keeps both digits', () => {
    expect(rupees(1_23_45_678_90)).toBe('₹1,23,45,678.90');
    expect(rupees(5)).toBe('₹0.05');
    expect(rupeesPlain(-1_00_000_00)).toBe('−1,00,000.00');
  });

  it('writes the sign of a change, and none for zero', () => {
    expect(rupeesSigned(452_150)).toBe('+₹4,521.50');
    expect(rupeesSigned(-452_150)).toBe('−₹4,521.50');
    expect(rupeesSigned(0)).toBe('₹0.00');
  });

  it('shortens lakhs and crores', () => {
    expect(rupeesCompact(99_999_99)).toBe('₹99,999.99');
    expect(rupeesCompact(4_52_000_00)).toBe('₹4.52L');
    expect(rupeesCompact(-1_23_00_000_00)).toBe('−₹1.23Cr');
    expect(rupeesCompact(99_99_999_00)).toBe('₹1.00Cr');
    expect(rupeesCompact(12_345_00_00_000_00)).toBe('₹12,345.00Cr');
  });

  it('turns the paise of a sentence into rupees, and nothing else', () => {
    expect(inRupees('is -1, but at least 19954976 paise: 5 paise are free.')).toBe(
      'is −₹0.01, but at least ₹1,99,549.76: ₹0.05 are free.',
    );
    expect(inRupees('is a whole number from 100000 to 200000; this is 5.')).toBe(
      'is an amount from ₹1,000.00 to ₹2,000.00; this is ₹0.05.',
    );
    for (const text of ['at 100.50 each', 'i64 and 5x', 'on 2026-12-31', 'at 15:30']) {
      expect(inRupees(text)).toBe(text);
    }
  });

  it('names the direction', () => {
    expect([direction(1), direction(0), direction(-1)]).toEqual(['gain', 'none', 'loss']);
  });
});
