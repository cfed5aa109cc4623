import { plural } from '../../format/numbers';
import { dayName } from '../../format/time';

export const words = {
  title: (name: string | undefined) => (name === undefined ? 'Analytics' : `Analytics of ${name}`),
  titleAll: 'Analytics of everybody',
  list: 'How tasks did',
  by: { task: 'By task', version: 'By version', user: 'By user' },
  from: 'From',
  through: 'Through',
  range: (from: string, through: string) =>
    `runs that began ${dayName(from, through)} to ${dayName(through)}; 31 days at most`,
  incomplete: (most: string) =>
    `There were more runs than are looked at: the figures are those of ${most}. Choose fewer days for all of them.`,
  incompleteMine: 'the newest 20,000 of each task',
  incompleteAll: 'the newest 250,000',
  noneTitle: 'No task ran in these days',
  none: 'Each task stands here with how it did, from its first run on.',
  unknownTask: 'task not known any more',
  columns: {
    user: 'User',
    task: 'Task',
    version: 'Version',
    executions: 'Runs',
    success: 'Succeeded',
    p50: 'Half within',
    p95: '95 % within',
    p99: '99 % within',
    longest: 'Longest',
    late50: 'Late, half',
    late95: 'Late, 95 %',
    late99: 'Late, 99 %',
    latest: 'Latest',
    cpu: 'CPU',
    host: 'CPU of the daemon',
    memory: 'Most memory',
    stored: 'Kept',
    orders: 'Order requests',
    realised: 'Realised',
    charges: 'Charges ₹',
    net: 'Net',
  },
  card: {
    succeeded: (part: string, runs: string) => `${part} of ${runs} succeeded`,
    took: 'half within',
    late: '95 % late by at most',
    orders: (count: number) => plural(count, 'order request'),
  },
} as const;
