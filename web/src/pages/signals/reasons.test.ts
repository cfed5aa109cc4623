import { expect, test } from 'vitest';
import { reasonWords } from './reasons';

test('the figures of a past read as a sentence, other reasons as words', () => {
  const codes = [
    'hammer',
    'trades=4',
    'won=1',
    'average_profit_pct=3.1421',
    'total_return_pct=-0.25',
  ];
  expect(codes.map(reasonWords)).toEqual([
    'hammer',
    '4 trades in its past',
    '1 of them won',
    'mean gain of a trade 3.14 %',
    'gain of all trades −0.25 %',
  ]);
  expect(reasonWords('gap_pct=2.5')).toBe('gap 2.5 %');
  expect(reasonWords('rsi_exit')).toBe('RSI exit');
});
