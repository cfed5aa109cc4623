import { act, renderHook } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Signal } from '../../api/schema';
import { useChosen } from './useChosen';

const signal = (id: number, status: Signal['status']): Signal => ({
  id,
  symbol: `S${id}`,
  kind: 'buy',
  reentry_level: null,
  exit_reason: null,
  personal: false,
  status,
  note: '',
  day: '2026-11-27',
  published_at: '2026-11-27T16:00:00.000+05:30',
  expires_at: '2026-11-28T09:00:00.000+05:30',
  finding: {
    last_close_paise: 100,
    rsi: 10,
    ema9_paise: 100,
    ema200_paise: 100,
    average_volume: 1,
    strength_score: 1,
    backtest_score: 1,
    combined_score: 1,
    priority_score: 1,
    buy_low_paise: 100,
    buy_high_paise: 100,
    stop_paise: 90,
    target_paise: 120,
    reasons: [],
  },
});

test('a signal that is no longer active is chosen no more', () => {
  const { result, rerender } = renderHook(({ signals }) => useChosen(signals), {
    initialProps: { signals: [signal(1, 'active'), signal(2, 'active'), signal(3, 'traded')] },
  });
  act(() => result.current.set([1, 2, 3]));
  expect([...result.current.chosen]).toEqual([1, 2]);
  act(() => result.current.toggle(2));
  expect([...result.current.chosen]).toEqual([1]);
  rerender({ signals: [signal(1, 'traded'), signal(2, 'active')] });
  expect(result.current.chosen.size).toBe(0);
});
