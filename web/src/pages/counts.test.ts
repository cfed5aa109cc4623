import { expect, test } from 'vitest';
import { tradingWords } from '../shell/words';
import { words as alerts } from './alerts/words';
import { words as calendar } from './calendar/words';
import { words as module } from './module/words';
import { words as orders } from './orders/words';
import { runWords as runs } from './runs/words';
import { words as schedule } from './schedule/words';
import { words as services } from './services/words';
import { channelWords, deliveryWords } from './settings/channelWords';
import { words as users } from './users/words';

test('a sentence agrees with what it counts', () => {
  expect(users.stops.positions(1)).toBe('1 position is not watched any more');
  expect(users.stops.positions(2)).toBe('2 positions are not watched any more');
  expect(users.stops.sells(1, false)).toBe('1 open order stays at the broker, followed by nobody');
  expect(services.stopPositions(1)).toMatch(/^1 open position is not watched any more/);
  expect(channelWords.removeText(1)).toMatch(/1 message that waits is given up\.$/);
  expect(channelWords.removeText(3)).toMatch(/3 messages that wait are given up\.$/);
  expect(deliveryWords.more(1)).toBe('and 1 more of the kind.');
  expect(alerts.failed(1, 3)).toBe('1 of 3 was not resolved');
  expect(calendar.yearNote(1)).toBe('1 day with a session');
  expect(module.without(1)).toBe('1 run had no recording and was not compared.');
  expect(module.tickAll(1)).toBe('Tick the 1 run that differs first.');
  expect(orders.evidence.more(1)).toBe('1 more is not shown.');
  expect(runs.leftOut(1)).toBe('1 more figure was not kept.');
  expect(schedule.runsOf(1)).toBe('1 run');
  expect(tradingWords.more(1)).toBe('1 more reason.');
});
