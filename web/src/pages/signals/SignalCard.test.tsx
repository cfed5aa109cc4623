import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Signal } from '../../api/schema';
import { renderInRouter } from '../../parts/testing';
import { SignalCard } from './SignalCard';

const signal = {
  symbol: 'ELANDROS',
  day: '2026-11-17',
  kind: 'buy',
  status: 'expired',
  finding: { priority_score: 1, rsi: 27, buy_low_paise: 100, buy_high_paise: 200 },
} as unknown as Signal;

test('the card of a signal that was not traded leads to why, and of one that was does not', async () => {
  const { unmount } = await renderInRouter(<SignalCard signal={signal} />);
  const why = screen.getByRole('link', { name: 'Why? ELANDROS of 2026-11-17' });
  expect(why.getAttribute('href')).toContain('/symbols/ELANDROS?day=');
  unmount();
  await renderInRouter(<SignalCard signal={{ ...signal, status: 'traded' }} />);
  expect(screen.queryByRole('link', { name: /^Why\?/ })).toBeNull();
});
