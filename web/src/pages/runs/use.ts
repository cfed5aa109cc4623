import type { Execution, RunAllowance } from '../../api/schema';
import { bytes, count, decimal } from '../../format/numbers';
import { duration } from '../../format/time';
import { runWords as words } from './words';

/** Runs take little: 0.3 ms and not 0 ms. */
export function processorTime(us: number): string {
  return us < 100_000 ? `${decimal(us / 1000, 1)} ms` : duration(us / 1000);
}

interface UsedOf {
  label: string;
  used: number;
  granted: number;
  format: (value: number) => string;
}

/** What has a limit: used of granted. A limit that was not in force, or lets nothing through, has no meter. */
export function meters({ usage, duration_ms }: Execution, granted: RunAllowance): UsedOf[] {
  const { left } = usage;
  const all: [label: string, used: number, granted: number | null, UsedOf['format']][] = [
    [words.cpu, usage.cpu_us, granted.cpu_ms * 1000, processorTime],
    [words.wall, duration_ms ?? 0, granted.wall_ms, duration],
    [words.memory, usage.peak_memory_bytes, granted.memory_bytes, bytes],
    [words.calls, usage.calls, granted.calls, count],
    [words.hostTime, left.host_us, micros(granted.host_ms), processorTime],
    [words.decisions, left.decisions, granted.decisions, count],
    [words.signals, left.signals, granted.signals, count],
    [words.notifications, left.notifications, granted.notifications, count],
    [words.orderChanges, left.order_changes, granted.order_changes, count],
    [words.stateChanges, left.state_changes, granted.state_changes, count],
    [words.logKept, left.log_bytes, granted.kept_log_bytes, bytes],
  ];
  return all.flatMap(([label, used, most, format]) =>
    most === null || most === 0 ? [] : [{ label, used, granted: most, format }],
  );
}

function micros(ms: number | null): number | null {
  return ms === null ? null : ms * 1000;
}

/** What has none; all of it when no allowance is known. */
export function figures({ usage }: Execution, isAll: boolean): { term: string; value: string }[] {
  const { left } = usage;
  const rest = [
    { term: words.ordersAll, value: count(usage.orders) },
    { term: words.refused, value: count(left.refused) },
    {
      term: words.recording,
      value: left.recording_bytes === 0 ? words.noRecording : bytes(left.recording_bytes),
    },
  ];
  if (!isAll) return rest;
  return [
    { term: words.cpu, value: processorTime(usage.cpu_us) },
    { term: words.memory, value: bytes(usage.peak_memory_bytes) },
    { term: words.calls, value: count(usage.calls) },
    { term: words.hostTime, value: processorTime(left.host_us) },
    { term: words.decisions, value: count(left.decisions) },
    { term: words.signals, value: count(left.signals) },
    { term: words.notifications, value: count(left.notifications) },
    { term: words.logKept, value: bytes(left.log_bytes) },
    ...rest,
  ];
}
