import { expect, test } from 'vitest';
import type { CurvePoint } from '../../api/schema';
import { deepest, placesOf } from './curve';

const point = (day: string, result: number, drawdown: number, flow = 0): CurvePoint => ({
  day,
  present: false,
  equity_paise: 100_000 + result,
  net_flow_paise: flow,
  realised_net_paise: 0,
  income_paise: 0,
  unrealised_paise: 0,
  result_paise: result,
  peak_paise: 100_000,
  drawdown_paise: drawdown,
});

test('results are added up, what is paid in is none', () => {
  const places = placesOf([
    point('2026-11-25', 500, 0, 100_000),
    point('2026-11-26', 1000, 0),
    point('2026-11-27', -300, 300),
  ]);
  expect(places.map(({ result }) => result)).toEqual([500, 1500, 1200]);
  expect(places.map(({ below }) => below)).toEqual([0, 0, -300]);
  expect(places[0]?.flow).toBe(100_000);
  expect(deepest(places)).toBe(-300);
});
