import type { ModuleTrial } from '../../api/schema';
import { isRecord, listOf, numberOf, recordOf, textOf } from '../../format/unknown';

interface OrderFinding {
  recorded: string;
  candidate: string;
  standing: string;
}

export interface Finding {
  run: number;
  user: number;
  day: string;
  kind: string;
  difference: string;
  orders: OrderFinding[];
}

export interface SimulatedMonth {
  from: string;
  to: string;
  runs: number;
  failed: number;
  failure: string;
  orders: number;
  realisedPaise: number;
  chargesPaise: number;
}

export interface Report {
  from: string | null;
  to: string | null;
  runs: number;
  identical: number;
  changed: number;
  trapped: number;
  lacking: number;
  unreadable: number;
  withoutRecording: number;
  findings: Finding[];
  findingsLeftOut: number;
  simulated: SimulatedMonth | null;
}

/** Reads the report of a trial, which the API's description leaves open. */
export function reportOf({ report }: Pick<ModuleTrial, 'report'>): Report {
  const told = recordOf(report);
  const [from, to] = listOf(told.days);
  return {
    from: textOf(from) || null,
    to: textOf(to) || null,
    runs: numberOf(told.runs),
    identical: numberOf(told.identical),
    changed: numberOf(told.changed),
    trapped: numberOf(told.trapped),
    lacking: numberOf(told.lacking),
    unreadable: numberOf(told.unreadable),
    withoutRecording: numberOf(told.without_recording),
    findings: listOf(told.findings).map(findingOf),
    findingsLeftOut: numberOf(told.findings_left_out),
    simulated: isRecord(told.simulated) ? monthOf(told.simulated) : null,
  };
}

function findingOf(value: unknown): Finding {
  const told = recordOf(value);
  return {
    run: numberOf(told.run),
    user: numberOf(told.user),
    day: textOf(told.day),
    kind: textOf(told.kind),
    difference: textOf(told.difference),
    orders: listOf(told.orders).map(orderOf),
  };
}

/** A standing is a word, or `{"refused": why}`. */
function orderOf(value: unknown): OrderFinding {
  const told = recordOf(value);
  const refused = textOf(recordOf(told.standing).refused);
  return {
    recorded: textOf(told.recorded),
    candidate: textOf(told.candidate),
    standing: refused === '' ? textOf(told.standing) : `refused: ${refused}`,
  };
}

function monthOf(told: Record<string, unknown>): SimulatedMonth {
  return {
    from: textOf(told.from),
    to: textOf(told.to),
    runs: numberOf(told.runs),
    failed: numberOf(told.failed),
    failure: textOf(told.failure),
    orders: numberOf(told.orders),
    realisedPaise: numberOf(told.realised_paise),
    chargesPaise: numberOf(told.charges_paise),
  };
}

/** Whether there is something that a person could agree with. */
export function showsSomething(report: Report): boolean {
  const { identical, changed, trapped, simulated } = report;
  return identical + changed + trapped > 0 || (simulated !== null && simulated.runs > 0);
}
