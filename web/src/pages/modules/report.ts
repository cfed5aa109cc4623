import type { TrialReport, TrialStanding } from '../../api/schema';

/** How an order compares with the recorded one, in words. */
export function standingTold(standing: TrialStanding): string {
  return typeof standing === 'string' ? standing : `refused: ${standing.refused}`;
}

/** Whether there is something that a person could agree with. */
export function showsSomething(report: TrialReport): boolean {
  const { identical, changed, trapped, simulated } = report;
  return identical + changed + trapped > 0 || (simulated !== null && simulated.runs > 0);
}
