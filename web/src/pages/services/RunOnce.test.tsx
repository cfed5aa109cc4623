import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { TaskStatus } from '../../api/schema';
import { clockAt, renderPart } from '../../parts/testing';
import { RunOnce } from './RunOnce';
import { taskRows } from './rows';

const at = (time: string) => `2026-11-17T${time}.000+05:30`;

/** The dialog of a task that was last started at 10:31, at half past that minute. */
function asked(next: string) {
  const status = {
    task: 'sell_monitor',
    executing: false,
    schedule_enabled: true,
    next_run_at: at(next),
    last_run: {
      execution: 7,
      started_at: at('10:31:00'),
      outcome: 'success',
      detail: '',
      duration_ms: 10,
    },
  } as unknown as TaskStatus;
  const [row] = taskRows([status], {}, []);
  if (!row) throw new Error('there is no row');
  renderPart(
    <QueryClientProvider client={new QueryClient()}>
      <RunOnce row={row} user={undefined} name={undefined} />
    </QueryClientProvider>,
    clockAt(at('10:31:30')),
  );
  const button = screen.getByRole('button', { name: /^Run once/ });
  fireEvent.click(button);
  return { button, dialog: within(screen.getByRole('dialog')) };
}

test('the button counts down from the last start, and the dialog does not send until then', () => {
  const { button, dialog } = asked('16:00:00');
  expect(button.textContent).toContain('00:01:30');
  const send = dialog.getByRole('button', { name: /Again in/ });
  expect(send.textContent).toContain('00:01:30');
  expect(send).toHaveProperty('disabled', true);
  dialog.getByText(/It was started 30.0 s ago/);
});

test('of a task that runs each minute the dialog says that it cannot be run besides', () => {
  const { dialog } = asked('10:32:00');
  expect(dialog.getByRole('button', { name: 'Runs by itself' })).toHaveProperty('disabled', true);
  dialog.getByText(/It cannot be run besides while its service is on/);
  dialog.getByText(/10:32:00/);
});
