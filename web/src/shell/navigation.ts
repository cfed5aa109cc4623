import type { LinkProps } from '@tanstack/react-router';
import type { IconName } from '../parts/icons/paths';

export interface Entry {
  to: LinkProps['to'] & string;
  word: string;
  icon: IconName;
  /** The letter after `g` that leads there. */
  key?: string;
  /** `admin`: only admins see it, below a line of its own. */
  for: 'all' | 'admin';
  /** Whether it stands in the bottom bar of a phone; four at most, the others are behind More. */
  inBar?: boolean;
}

/** The pages in the order in which they are shown. A page stands here as soon as it exists. */
const ENTRIES: readonly Entry[] = [
  { to: '/', word: 'Today', icon: 'today', key: 't', for: 'all', inBar: true },
  { to: '/services', word: 'Services', icon: 'services', key: 's', for: 'all' },
  { to: '/runs', word: 'Runs', icon: 'runs', key: 'r', for: 'all' },
  { to: '/slots', word: 'Slots', icon: 'slots', key: 'b', for: 'all' },
  { to: '/orders', word: 'Orders', icon: 'orders', key: 'o', for: 'all', inBar: true },
  { to: '/positions', word: 'Positions', icon: 'positions', key: 'p', for: 'all' },
  { to: '/pnl', word: 'P&L', icon: 'pnl', key: 'm', for: 'all', inBar: true },
  { to: '/signals', word: 'Signals', icon: 'signals', key: 'i', for: 'all' },
  { to: '/symbols', word: 'Shares', icon: 'search', key: 'e', for: 'all' },
  { to: '/analytics', word: 'Analytics', icon: 'analytics', key: 'n', for: 'all' },
  { to: '/logs', word: 'Logs', icon: 'logs', key: 'l', for: 'all' },
  { to: '/doctor', word: 'Doctor', icon: 'check', for: 'all' },
  { to: '/schedules', word: 'Schedules', icon: 'schedules', key: 'h', for: 'all' },
  { to: '/calendar', word: 'Calendar', icon: 'calendar', key: 'c', for: 'all' },
  { to: '/alerts', word: 'Alerts', icon: 'alerts', key: 'a', for: 'all', inBar: true },
  { to: '/settings', word: 'Settings', icon: 'settings', for: 'all' },
  { to: '/admin/modules', word: 'Modules', icon: 'modules', key: 'd', for: 'admin' },
  { to: '/admin/grants', word: 'Grants', icon: 'grants', for: 'admin' },
  { to: '/admin/tasks', word: 'Tasks', icon: 'once', for: 'admin' },
  { to: '/admin/halts', word: 'Halts', icon: 'stop', for: 'admin' },
  { to: '/admin/market', word: 'Market data', icon: 'prices', for: 'admin' },
  { to: '/admin/actions', word: 'Corporate actions', icon: 'grow', for: 'admin' },
  { to: '/admin/users', word: 'Users', icon: 'users', key: 'u', for: 'admin' },
  { to: '/admin/audit', word: 'Audit', icon: 'audit', for: 'admin' },
  { to: '/admin/system', word: 'System', icon: 'system', for: 'admin' },
];

export function entriesFor(isAdmin: boolean): readonly Entry[] {
  return ENTRIES.filter((entry) => isAdmin || entry.for === 'all');
}
