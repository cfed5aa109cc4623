import { describe, expect, it } from 'vitest';
import { rupees, rupeesPlain } from './money';
import { numberTyped, readTyped, whyTyped } from './typed';

const whole = { kind: 'whole' } as const;
const number = { kind: 'number' } as const;
const amount = { kind: 'amount' } as const;

describe('a number that is typed', () => {
  it('may be grouped as in India or by thousands', () => {
    for (const text of ['150000', '1,50,000', '150,000', ' 1,50,000 ', '+150000']) {
      expect(numberTyped(text, whole)).toBe(150_000);
    }
    expect(numberTyped('1,23,45,678', whole)).toBe(12_345_678);
    expect(numberTyped('12,345,678', whole)).toBe(12_345_678);
  });

  it('is refused with any other comma, above all one that is meant as a point', () => {
    for (const kind of [whole, number, amount]) {
      for (const text of [
        '0,5',
        '1,5',
        '1,0',
        '1,50',
        '0,500',
        '1.234,56',
        '15,0000',
        ',5',
        '1,,000',
      ]) {
        expect(whyTyped(text, kind)).toContain('A fraction has a point');
      }
    }
  });

  it('is none in words, in powers or in another base', () => {
    for (const text of ['abc', '1e3', '0x10', '--5', '5 %', '1 000', '.', '-', '']) {
      expect(whyTyped(text, number)).toBe('This is no number.');
    }
    expect(whyTyped('12.9', whole)).toBe('This is no whole number.');
    expect(whyTyped('₹5', whole)).toBe('This is no whole number.');
    expect(numberTyped('.5', number)).toBe(0.5);
    expect(numberTyped('−0.25', number)).toBe(-0.25);
  });

  it('is refused beyond a bound, with the bound, however large it is', () => {
    const days = { ...whole, least: 0, most: 31, tell: (bound: number) => `${bound} days` };
    expect(readTyped('-1', days)).toEqual({ why: 'The least is 0 days.' });
    expect(readTyped('99999999999999999999', days)).toEqual({ why: 'The most is 31 days.' });
    expect(readTyped('99999999999999999999', whole)).toEqual({ why: 'This is too large.' });
    expect(readTyped('0', { ...number, above: 0 })).toEqual({ why: 'It must be more than 0.' });
    expect(readTyped('1', { ...number, below: 1 })).toEqual({ why: 'It must be less than 1.' });
  });
});

describe('an amount that is typed', () => {
  it('is read back as it is written', () => {
    for (let paise = -300_000; paise <= 300_000; paise += 997) {
      expect(numberTyped(rupees(paise), amount)).toBe(paise);
      expect(numberTyped(rupeesPlain(paise), amount)).toBe(paise);
    }
    expect(numberTyped(' ₹ 2,50,000.5 ', amount)).toBe(2_50_000_50);
    expect(numberTyped('-0', amount)).toBe(0);
  });

  it('is refused with a sentence that names the fault', () => {
    expect(whyTyped('ten', amount)).toContain('This is no amount');
    expect(whyTyped('1.234', amount)).toBe('An amount has at most two digits after the point.');
    expect(whyTyped('99999999999999999999', amount)).toBe('This is too large.');
    expect(whyTyped('-3', { ...amount, least: 0 })).toBe('The least is ₹0.00.');
  });
});
