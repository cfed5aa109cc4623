import { expect, test } from 'vitest';
import type { ServiceStatus, TaskStatus } from '../../api/schema';
import { fits } from './fits';
import { taskRows } from './rows';

const status: TaskStatus = {
  task: 'buy_orders',
  executing: false,
  schedule_enabled: true,
  next_run_at: null,
  last_run: null,
};

test('a task has its row before the rest of it is known', () => {
  expect(taskRows([status], {}, [])).toEqual([
    {
      task: 'buy_orders',
      word: 'buy orders',
      description: '',
      trades: false,
      isShared: false,
      status,
      own: null,
    },
  ]);
});

function service(user_name: string, more: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    user: 1,
    user_name,
    mode: 'paper',
    chaos: null,
    running: true,
    process_id: 7,
    executing: [],
    individual: [],
    error_count: 0,
    last_error: '',
    last_task: null,
    last_task_at: null,
    heartbeat_at: null,
    started_at: null,
    restart_needed: false,
    schedule_version: 1,
    ...more,
  };
}

const services = [
  service('Asha'),
  service('vikram', { running: false, error_count: 3 }),
  service('meera', { restart_needed: true }),
];

function found(filter: Parameters<typeof fits>[1]): string[] {
  return services.filter((row) => fits(row, filter)).map(({ user_name }) => user_name);
}

test('services are found by name, state and trouble', () => {
  expect(found({})).toEqual(['Asha', 'vikram', 'meera']);
  expect(found({ q: 'ash' })).toEqual(['Asha']);
  expect(found({ state: 'off' })).toEqual(['vikram']);
  expect(found({ only: 'restart' })).toEqual(['meera']);
  expect(found({ only: 'restart,failures' })).toEqual(['vikram', 'meera']);
});
