import type { LimitsBody } from '../api/schema';
import { codeTitle } from '../format/codes';
import { rupees } from '../format/money';

type Values = Record<string, unknown>;

/** Which switches are on for a user. */
export interface Switches {
  isStopped: boolean;
  isOwnOn: boolean;
  isAdminOn: boolean;
}

export function switchesOf(limits: LimitsBody): Switches {
  const { in_force, own, admin } = limits;
  return {
    isStopped: in_force.kill_switch,
    isOwnOn: own.kill_switch === true,
    isAdminOn: admin.kill_switch,
  };
}

/** The limits as name and value, for people. Those that nobody has set are left out. */
export function limitRows(values: Values): [string, string][] {
  return Object.entries(values)
    .filter(([name, value]) => name !== 'kill_switch' && value !== null)
    .map(([name, value]) => [nameOf(name), told(name, value)]);
}

function nameOf(limit: string): string {
  return codeTitle(limit.replace(/_paise$/, '').replace(/^max_/, 'most_'));
}

function told(limit: string, value: unknown): string {
  if (typeof value === 'number') return limit.endsWith('_paise') ? rupees(value) : String(value);
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
