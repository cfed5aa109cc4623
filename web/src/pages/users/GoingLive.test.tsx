import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../api/client';
import type { BrokerBody, User } from '../../api/schema';
import { changeBroker } from '../../api/userAdmin';
import { renderPart } from '../../parts/testing';
import { ChangeBroker } from './GoingLive';

vi.mock('../../api/userAdmin', () => ({ changeBroker: vi.fn() }));

const USER = { id: 2, name: 'asha' } as User;
const PRESENT = { broker: 'paper', mode: 'paper', limits: {} } as unknown as BrokerBody;

beforeEach(() => {
  vi.mocked(changeBroker).mockReset();
});

/** The dialog in which asha is to trade over Kotak Neo, filled in and sent. */
async function sent() {
  const person = userEvent.setup();
  renderPart(
    <QueryClientProvider client={new QueryClient()}>
      <ChangeBroker user={USER} present={PRESENT} />
    </QueryClientProvider>,
  );
  await person.click(screen.getByRole('button', { name: 'Change broker' }));
  const dialog = within(screen.getByRole('dialog'));
  const name = dialog.getByLabelText(/^Name of the broker/);
  await person.clear(name);
  await person.type(name, 'kotak-neo');
  await person.type(dialog.getByLabelText('Your own password'), 'mine');
  await person.click(dialog.getByRole('button', { name: 'Change broker' }));
  return { person, dialog };
}

test('what is missing of a user is named in the dialog, which stays with what was typed', async () => {
  const missing =
    'user 2 cannot trade over "kotak-neo" yet: the credentials lack: mobile number, PIN (MPIN); enter them in the console under Settings, Broker';
  vi.mocked(changeBroker).mockRejectedValue(new Failure('broker_not_ready', missing, 409));
  const { dialog } = await sent();
  const alert = await dialog.findByRole('alert');
  expect(alert.textContent).toContain('the credentials lack: mobile number, PIN (MPIN)');
  expect(changeBroker).toHaveBeenCalledExactlyOnceWith(2, 'kotak-neo', 'mine');
  expect(dialog.getByDisplayValue('kotak-neo')).toBeTruthy();
  expect(dialog.getByRole('button', { name: 'Change broker' })).toHaveProperty('disabled', false);
});

test('a wrong password is told at its field', async () => {
  const wrong = 'password: with this broker the money is real, so your own password is needed';
  vi.mocked(changeBroker).mockRejectedValue(new Failure('invalid_request', wrong, 400));
  const { dialog } = await sent();
  const field = dialog.getByLabelText('Your own password');
  const alert = await dialog.findByRole('alert');
  const told = field.getAttribute('aria-describedby') ?? '';
  expect(document.getElementById(told)?.contains(alert)).toBe(true);
});
