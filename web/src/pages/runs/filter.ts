import type { RunOfAllFilter } from '../../api/executions';
import type { ServiceKindName, TriggerName } from '../../api/schema';
import { addDays, startInstant } from '../../format/time';
import { date, oneOf, text } from '../../shell/search';

export const TRIGGERS: readonly TriggerName[] = ['scheduled', 'run_once', 'manual'];
export const SERVICES: readonly ServiceKindName[] = ['unified', 'individual'];

/** How runs end. The API takes any name; these are the ones that people look for. */
export const OUTCOME_NAMES = [
  'executing',
  'succeeded',
  'task_failed',
  'trapped',
  'interrupted',
  'superseded',
  'cpu_limit',
  'wall_limit',
  'memory_limit',
  'call_limit',
  'byte_limit',
  'log_limit',
  'host_limit',
  'worker_ended',
] as const;

/** The search parameters of the list. */
export interface RunSearch {
  task?: string | undefined;
  outcome?: (typeof OUTCOME_NAMES)[number] | undefined;
  trigger?: TriggerName | undefined;
  service?: ServiceKindName | undefined;
  from?: string | undefined;
  through?: string | undefined;
}

export function runSearch(search: Record<string, unknown>): RunSearch {
  return {
    ...text(search, 'task'),
    ...oneOf(search, 'outcome', OUTCOME_NAMES),
    ...oneOf(search, 'trigger', TRIGGERS),
    ...oneOf(search, 'service', SERVICES),
    ...date(search, 'from'),
    ...date(search, 'through'),
  };
}

/** The search parameters of one run: a line of its log, from 0. */
export function lineSearch({ line }: Record<string, unknown>): { line?: number | undefined } {
  const number = typeof line === 'number' ? line : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? { line: number } : {};
}

const LIMIT = 100;

/** What the API is asked, of days in India. */
export function runFilter(search: RunSearch): RunOfAllFilter {
  const { from, through, task, outcome, trigger, service } = search;
  return {
    ...(task !== undefined && { task }),
    ...(outcome !== undefined && { outcome }),
    ...(trigger !== undefined && { trigger }),
    ...(service !== undefined && { service }),
    ...(from !== undefined && { since: startInstant(from) }),
    ...(through !== undefined && {
      until: startInstant(addDays(through, 1)),
    }),
    limit: LIMIT,
  };
}
