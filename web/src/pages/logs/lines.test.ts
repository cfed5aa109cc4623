import { expect, test } from 'vitest';
import type { LogEvent } from '../../live/messages';
import { asText, heardLine, isWanted, joined, lineKey, storedLine } from './lines';

const event: LogEvent = {
  type: 'log',
  sequence: 9,
  at: '2026-11-27T10:15:02.000+05:30',
  user: 2,
  level: 'warn',
  message: 'No quote for RELIANCE',
  run: 12,
  task: 'buy_orders',
};

const stored = storedLine({
  execution: 12,
  task: 'buy_orders',
  started_at: '2026-11-27T10:15:00.000+05:30',
  at: null,
  number: 0,
  level: 'info',
  message: 'begins',
});

test('a line is wanted when it fits every filter', () => {
  expect(isWanted(event, {})).toBe(true);
  expect(isWanted(event, { user: 2, run: 12, task: 'buy_orders', level: 'info' })).toBe(true);
  expect(isWanted(event, { text: 'reliance' })).toBe(true);
  expect(isWanted(event, { user: 3 })).toBe(false);
  expect(isWanted(event, { run: 13 })).toBe(false);
  expect(isWanted(event, { level: 'error' })).toBe(false);
  expect(isWanted(event, { text: 'TCS' })).toBe(false);
});

test('lines that are no run’s are not among them', () => {
  const { run: _, ...ofNoRun } = event;
  expect(isWanted(ofNoRun, {})).toBe(false);
});

test('a line that was read and heard stands there once', () => {
  const again = heardLine({ ...event, number: 0 });
  const next = heardLine({ ...event, number: 1, sequence: 10 });
  expect(joined([stored], [again, next]).map(({ key }) => key)).toEqual([
    lineKey(12, 0),
    lineKey(12, 1),
  ]);
});

test('a line without a number gives way to the lines of its run once they were read', () => {
  const heard = heardLine(event);
  expect(joined([], [heard])).toEqual([heard]);
  expect(joined([stored], [heard])).toEqual([stored]);
});

test('a file has one line for each, in the order shown', () => {
  expect(asText([stored, heardLine({ ...event, message: 'two\nlines' })])).toBe(
    '2026-11-27T10:15:00.000+05:30 INFO  buy_orders run=12 line=0 begins\n' +
      '2026-11-27T10:15:02.000+05:30 WARN  buy_orders run=12 - two\\nlines\n',
  );
});

test('lines of runs that wrote at the same time stand as they were written', () => {
  const at = (second: number) => `2026-11-27T10:15:0${second}.000+05:30`;
  const older = { ...stored, key: lineKey(11, 3), run: 11, number: 3, at: at(5) };
  const lines = joined(
    [older, { ...stored, at: at(4) }],
    [heardLine({ ...event, number: 1, at: at(6) })],
  );
  expect(lines.map(({ key }) => key)).toEqual([lineKey(12, 0), lineKey(11, 3), lineKey(12, 1)]);
});
