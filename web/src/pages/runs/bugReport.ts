import type { Execution } from '../../api/schema';

/** What whoever looks into a fault needs to find the run, as text. */
export function bugReport(run: Execution): string {
  return [
    `run: ${run.id}`,
    `task: ${run.task}`,
    `module: ${run.module_hash}`,
    `begun by: ${run.trigger}${run.service ? ` (${run.service})` : ''}`,
    `due: ${run.slot_due_at ?? '-'}`,
    `started: ${run.started_at}`,
    `ended: ${run.finished_at ?? '-'}`,
    `attempt: ${run.attempt}`,
    `outcome: ${run.outcome}`,
    `detail: ${run.detail}`,
    '',
  ].join('\n');
}
