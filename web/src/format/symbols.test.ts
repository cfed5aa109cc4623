import { expect, test } from 'vitest';
import { noSymbols, readSymbols } from './symbols';

test('symbols are read whatever stands between them, in capitals and each once', () => {
  const text = 'tcs, infy;reliance\nM&M\tBAJAJ-AUTO ; TCS';
  const symbols = ['TCS', 'INFY', 'RELIANCE', 'M&M', 'BAJAJ-AUTO'];
  expect(readSymbols(text)).toEqual({ symbols, wrong: [] });
  expect(readSymbols(' ,; \n')).toEqual({ symbols: [], wrong: [] });
});

test('what can be no symbol is named', () => {
  const { symbols, wrong } = readSymbols('orbindra no_such! क');
  expect(symbols).toEqual(['ORBINDRA']);
  expect(wrong).toEqual(['NO_SUCH!', 'क']);
  expect(noSymbols(['NO_SUCH!'])).toBe('"NO_SUCH!" is not a symbol: 1 to 32 of A-Z, 0-9, & and -.');
  expect(noSymbols(wrong)).toContain('"NO_SUCH!", "क" are not symbols');
});
