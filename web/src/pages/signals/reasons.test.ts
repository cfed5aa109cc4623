import { expect, test } from 'vitest';
import { reasonText } from './reasons';

test('what the past says is told in words and in so many decimals as anybody reads', () => {
  const past = ['rsi_low', 'trades=4', 'average_profit_pct=3.1421', 'rsi=27.126', 'verdict=strong'];
  expect(past.map(reasonText)).toEqual([
    'RSI low',
    'trades 4',
    'average profit 3.1 %',
    'RSI 27.13',
    'verdict strong',
  ]);
});
