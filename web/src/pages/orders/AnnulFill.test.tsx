import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../api/client';
import { decideAnnulled } from '../../api/orders';
import type { Order, OrderFill } from '../../api/schema';
import { renderPart } from '../../parts/testing';
import { Fills } from './Fills';

vi.mock('../../api/orders', () => ({ decideAnnulled: vi.fn() }));
vi.mock('../../shell/viewing', () => ({ useViewing: () => ({ me: { id: 2 } }) }));

const ORDER = {
  id: 'U2-20250310-0001',
  user: 2,
  user_name: 'asha',
  symbol: 'TCS',
  side: 'buy',
  quantity: 10,
  mode: 'live',
  purpose: { kind: 'entry' },
} as Order;

const fill = (key: string, withdrawn: string | null = null): OrderFill => ({
  key,
  quantity: 6,
  price_paise: 140_250,
  filled_at: '2025-03-10T10:00:02.000+05:30',
  withdrawn,
});

beforeEach(() => {
  vi.mocked(decideAnnulled).mockReset();
});

function shown(change: Partial<Order> = {}, mayBeAnnulled = true) {
  const cache = new QueryClient();
  const invalidate = vi.spyOn(cache, 'invalidateQueries');
  const fills = [fill('T1', 'the exchange has annulled it'), fill('T2'), fill('T1')];
  renderPart(
    <QueryClientProvider client={cache}>
      <Fills order={{ ...ORDER, ...change }} fills={fills} fills_may_be_annulled={mayBeAnnulled} />
    </QueryClientProvider>,
  );
  return { invalidate };
}

const buttons = () => screen.queryAllByRole('button').map((one) => one.getAttribute('aria-label'));

/** The dialog about the fill T2 with a reason typed, and sent. */
async function sent(title: string) {
  const person = userEvent.setup();
  await person.click(screen.getByRole('button', { name: 'Annulled… T2' }));
  const dialog = within(screen.getByRole('dialog', { name: title }));
  const send = dialog.getByRole('button', { name: 'It was annulled' });
  expect(send).toHaveProperty('disabled', true);
  await person.type(dialog.getByRole('textbox'), 'the contract note says so');
  await person.click(send);
  return { person, dialog };
}

test('each fill that stands has the button, and one that was annulled has none', () => {
  shown();
  expect(buttons()).toEqual(['Annulled… T2', 'Annulled… T1']);
});

test('no fill has it of an order of which the daemon takes no word, such as an old sell', () => {
  shown({ side: 'sell' }, false);
  screen.getByText('T2');
  expect(buttons()).toEqual([]);
});

test('the dialog names order and fill, stays with what was refused, and closes when it is done', async () => {
  const refusal = "the broker's book shows the fill T2";
  vi.mocked(decideAnnulled)
    .mockRejectedValueOnce(new Failure('order_not_open', refusal, 409))
    .mockResolvedValueOnce({} as Order);
  const { invalidate } = shown();
  const { person, dialog } = await sent('Was this fill annulled?');
  for (const told of ['Buy 10 TCS', ORDER.id, '6 at ₹1,402.50, Mon 10 Mar 10:00:02', 'T2'])
    dialog.getByText(told);
  dialog.getByText(/offered of the shares beyond what is left is withdrawn/);
  expect((await dialog.findByRole('alert')).textContent).toContain('book shows the fill T2.');
  const word = [ORDER.id, 'T2', 'the contract note says so', undefined];
  expect(decideAnnulled).toHaveBeenCalledExactlyOnceWith(...word);
  await person.click(dialog.getByRole('button', { name: 'It was annulled' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(decideAnnulled).toHaveBeenCalledTimes(2);
  expect(invalidate).toHaveBeenLastCalledWith({ queryKey: ['orders'] });
});

test('for another user the dialog and the request name that user, and a sell is told as one', async () => {
  vi.mocked(decideAnnulled).mockResolvedValue({} as Order);
  shown({ user: 3, user_name: 'ravi', side: 'sell' });
  const { dialog } = await sent('Was this fill of ravi annulled?');
  dialog.getByText(/its shares are held again/);
  const word = [ORDER.id, 'T2', 'the contract note says so', 3];
  expect(decideAnnulled).toHaveBeenCalledExactlyOnceWith(...word);
});
