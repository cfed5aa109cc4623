/**
 * The first word of every key in the cache. The stream marks by these words what has changed; a query's key is
 * `[resource, view, parameters]`.
 */
export const RESOURCES = [
  'account',
  'alerts',
  'analytics',
  'audit',
  'calendar',
  'executions',
  'funds',
  'grants',
  'halts',
  'health',
  'jobs',
  'lanes',
  'limits',
  'logs',
  'market',
  'me',
  'modules',
  'notifications',
  'orders',
  'pnl',
  'positions',
  'schedules',
  'services',
  'settings',
  'signals',
  'slots',
  'switches',
  'system',
  'tasks',
  'users',
] as const;

export type Resource = (typeof RESOURCES)[number];
