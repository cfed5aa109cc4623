import { expect, test } from 'vitest';
import { indented } from './indented';

test('JSON is laid out with all its digits', () => {
  expect(indented('{"symbols":["TCS","A{,}"],"n":12345678901234567890,"none":{},"x":[]}')).toBe(
    [
      '{',
      '  "symbols": [',
      '    "TCS",',
      '    "A{,}"',
      '  ],',
      '  "n": 12345678901234567890,',
      '  "none": {},',
      '  "x": []',
      '}',
    ].join('\n'),
  );
});

test('what breaks off is shown as far as it goes', () => {
  expect(indented('{"a":"it goes on, and')).toBe('{\n  "a": "it goes on, and');
  expect(indented('denied: no grant, none')).toBe('denied: no grant, none');
});
