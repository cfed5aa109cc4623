import { expect, test } from 'vitest';
import type { Restatement } from '../../api/schema';
import { changesOf } from './changes';

const bar = (paise: number, volume: number) => ({
  open_paise: paise,
  high_paise: paise,
  low_paise: paise,
  close_paise: paise,
  volume,
});

const restatement = (changed: string[], after: Restatement['after']): Restatement => ({
  restated_at: '2026-11-17T16:00:00+05:30',
  source: 'yahoo',
  symbol: 'ABC',
  day: '2026-11-16',
  changed,
  before: bar(10_000, 1_000),
  after,
});

test('each field that changed is told with what it was and is', () => {
  const changed = restatement(['close', 'volume'], {
    ...bar(10_000, 2_00_000),
    close_paise: 5_000,
  });
  expect(changesOf(changed)).toEqual(['close ₹100.00 → ₹50.00', 'volume 1,000 → 2,00,000']);
});

test('a bar that is gone has no new values', () => {
  const gone = restatement(['open', 'high', 'low', 'close', 'volume'], null);
  expect(changesOf(gone)).toEqual(['the bar is gone']);
});
