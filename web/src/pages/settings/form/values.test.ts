import { describe, expect, it } from 'vitest';
import type { SettingBody } from '../../../api/schema';
import { boundsOf, changesOf, loosens, read, type Setting, told, written } from './values';

const money: SettingBody = {
  name: 'max_order_value_paise',
  kind: 'money',
  unit: 'paise',
  default: 50_000_000,
  least: 0,
  most: 100_000_000,
  about: 'Most money in one buy.',
};
const whole: SettingBody = {
  ...money,
  name: 'rsi_period',
  kind: 'whole',
  unit: 'sessions',
  least: 1,
  most: 50,
};
const symbols: SettingBody = {
  ...money,
  name: 'allowed_symbols',
  kind: 'symbols',
  unit: 'symbols',
};

describe('a setting', () => {
  it('is written as it is read', () => {
    expect(written(money, 12_345_650)).toBe('1,23,456.50');
    expect(read(money, '1,23,456.50')).toEqual({ value: 12_345_650 });
    expect(read(whole, '14')).toEqual({ value: 14 });
    expect(read(symbols, 'tcs, infy;reliance')).toEqual({ value: ['TCS', 'INFY', 'RELIANCE'] });
  });

  it('of a few is the one that was chosen, a number among them as a number', () => {
    const choice = { ...whole, kind: 'choice', options: ['all', 5] };
    expect(read(choice, '5')).toEqual({ value: 5 });
    expect(read(choice, 'all')).toEqual({ value: 'all' });
    expect(read(choice, '')).toEqual({ value: null });
  });

  it('is its default when its field is empty', () => {
    expect(read(money, ' ')).toEqual({ value: null });
    expect(told(symbols, null)).toBe('all symbols');
  });

  it('is refused beyond its bounds, with the bound', () => {
    expect(read(whole, '51')).toEqual({ why: 'The most is 50 sessions.' });
    expect(read(whole, '2.5')).toEqual({ why: 'This is no whole number.' });
    expect(read(money, 'much')).toHaveProperty('why');
  });

  it('says its bounds as they hold, one that is not among its values too', () => {
    expect(boundsOf({ ...whole, default: 14 })).toBe('1 to 50 sessions; by default 14 sessions');
    const ratio: Setting = { ...whole, kind: 'number', unit: 'none', default: 5, least: null };
    const share = { ...ratio, above: 0, most: 100 };
    expect(boundsOf(share)).toBe('more than 0, at most 100; by default 5');
    expect(read(share, '0')).toEqual({ why: 'It must be more than 0.' });
    expect(read(share, '0.5')).toEqual({ value: 0.5 });
    expect(read(share, '100')).toEqual({ value: 100 });
    const part = { ...ratio, least: 0, most: null, below: 1 };
    expect(boundsOf(part)).toBe('at least 0, less than 1; by default 5');
    expect(read(part, '1')).toEqual({ why: 'It must be less than 1.' });
    expect(read(part, '0')).toEqual({ value: 0 });
    expect(boundsOf({ ...ratio, most: null })).toBe('by default 5');
  });
});

describe('changesOf', () => {
  it('tells what differs and what is wrong', () => {
    const draft = { rsi_period: '14', max_order_value_paise: 'x' };
    const { changes, mistakes } = changesOf([money, whole], draft, { rsi_period: 10 });
    expect(changes).toEqual([{ setting: whole, before: 10, after: 14 }]);
    expect(Object.keys(mistakes)).toEqual(['max_order_value_paise']);
  });
});

describe('loosens', () => {
  it('compares with the limit behind where none is set', () => {
    expect(loosens({ setting: money, before: 100, after: 200 }, 500)).toBe(true);
    expect(loosens({ setting: money, before: null, after: 200 }, 500)).toBe(false);
    expect(loosens({ setting: money, before: 200, after: null }, 500)).toBe(true);
  });

  it('takes a longer list of symbols as looser', () => {
    expect(loosens({ setting: symbols, before: ['TCS'], after: ['TCS', 'INFY'] }, null)).toBe(true);
    expect(loosens({ setting: symbols, before: ['TCS', 'INFY'], after: ['TCS'] }, null)).toBe(
      false,
    );
    expect(loosens({ setting: symbols, before: null, after: ['TCS'] }, null)).toBe(false);
    expect(loosens({ setting: symbols, before: ['TCS'], after: null }, null)).toBe(true);
  });
});
