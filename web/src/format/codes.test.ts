import { expect, test } from 'vitest';
import { codeTitle, codeWords } from './codes';

test('codes read as words, short names in capitals', () => {
  expect(codeWords('rsi_exit')).toBe('RSI exit');
  expect(codeWords('below_ema9')).toBe('below EMA9');
  expect(codeWords('premarket_amo_adjustment')).toBe('premarket AMO adjustment');
  expect(codeWords('famous')).toBe('famous');
  expect(codeTitle('open_position_exists')).toBe('Open position exists');
});
