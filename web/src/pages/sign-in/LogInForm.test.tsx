import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { logIn } from '../../api/auth';
import { Failure } from '../../api/client';
import { createQueryClient } from '../../api/queries';
import { LogInForm } from './LogInForm';

vi.mock('../../api/auth', () => ({ logIn: vi.fn() }));
const answer = vi.mocked(logIn);
beforeEach(() => {
  answer.mockReset();
});

function show() {
  const onLoggedIn = vi.fn();
  render(
    <MantineProvider>
      <QueryClientProvider client={createQueryClient()}>
        <LogInForm onLoggedIn={onLoggedIn} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return onLoggedIn;
}

async function typeIn() {
  const person = userEvent.setup();
  await person.type(screen.getByLabelText('Name'), 'asha');
  await person.type(screen.getByLabelText('Password'), 'a long password');
  return person;
}

test('the code is asked for in place and what was typed stays', async () => {
  answer.mockRejectedValueOnce(new Failure('totp_required', 'a code is needed', 401));
  show();
  const person = await typeIn();
  await person.keyboard('{Enter}');
  await person.type(await screen.findByLabelText('Code'), '123456');
  expect(screen.queryByRole('alert')).toBeNull();
  await person.keyboard('{Enter}');
  await waitFor(() => expect(answer).toHaveBeenCalledTimes(2));
  expect(answer.mock.calls[1]?.[0]).toEqual({
    name: 'asha',
    password: 'a long password',
    code: '123456',
  });
});

test('a wrong code is told at its field, and stays', async () => {
  answer.mockRejectedValueOnce(new Failure('totp_required', 'a code is needed', 401));
  answer.mockRejectedValueOnce(
    new Failure('wrong_totp', 'this code is wrong or was used before', 401),
  );
  show();
  const person = await typeIn();
  await person.keyboard('{Enter}');
  const code = await screen.findByLabelText('Code');
  await person.type(code, 'recovery-code-mistyped');
  await person.keyboard('{Enter}');
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toBe('This code is wrong or was used before.');
  expect(code.getAttribute('aria-describedby')).toContain(alert.closest('[id]')?.id);
  expect(screen.getByDisplayValue('recovery-code-mistyped')).toBe(code);
});

test('two presses of Enter send one request', async () => {
  answer.mockReturnValue(new Promise(() => undefined));
  show();
  const person = await typeIn();
  await person.keyboard('{Enter}{Enter}');
  expect(answer).toHaveBeenCalledOnce();
});

test('after too many attempts the time is counted down and nothing is sent', async () => {
  answer.mockRejectedValueOnce(new Failure('too_many_attempts', 'wait', 429, null, 65));
  show();
  const person = await typeIn();
  await person.keyboard('{Enter}');
  expect((await screen.findByRole('timer')).textContent).toMatch(/^00:01:0[45]$/);
  expect(screen.getByRole('button', { name: 'Log in' })).toHaveProperty('disabled', true);
  await person.keyboard('{Enter}');
  expect(answer).toHaveBeenCalledOnce();
});
