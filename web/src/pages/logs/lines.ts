import type { FoundLogLine, FoundLogLineOfAll, LogLevelName, LogLine } from '../../api/schema';
import { dayOf } from '../../format/time';
import type { LogEvent } from '../../live/messages';
import type { ShownLine } from '../../parts/LogView';
import { isFrom, levelOf } from './levels';

/** Most lines that are kept of those that came while the page was open. */
export const MOST_HEARD = 5000;

/** What is asked for, of lines as they come. */
export interface Wanted {
  user?: number | undefined;
  run?: number | undefined;
  task?: string | undefined;
  level?: LogLevelName | undefined;
  text?: string | undefined;
}

export function isWanted(event: LogEvent, wanted: Wanted): boolean {
  const { user, run, task, level, text } = wanted;
  return (
    event.run !== undefined &&
    (run === undefined || event.run === run) &&
    (user === undefined || event.user === user) &&
    (task === undefined || event.task === task) &&
    isFrom(level, levelOf(event.level)) &&
    (text === undefined || event.message.toLowerCase().includes(text.toLowerCase()))
  );
}

/** A line of the list; one from before their times were kept is shown at the start of its run. */
export function storedLine(line: FoundLogLine): ShownLine {
  const { execution, number, level, message, task } = line;
  const at = line.at ?? line.started_at;
  return { key: lineKey(execution, number), run: execution, at, number, level, message, task };
}

/** The same with whose it is. */
export function storedLineOfAll(line: FoundLogLineOfAll): ShownLine {
  return { ...storedLine(line), user: line.user_name };
}

/** A line of one run. */
export function runLine(run: number, line: LogLine): ShownLine {
  const { number, level, message } = line;
  return { key: lineKey(run, number), run, at: line.at ?? null, number, level, message };
}

/** A line as it was heard; `name` is whose it is, where lines of several users are shown. */
export function heardLine(event: LogEvent, name?: string): ShownLine {
  const { run = null, number = null, at, message, task } = event;
  const key = run !== null && number !== null ? lineKey(run, number) : `heard ${event.sequence}`;
  return {
    key,
    run,
    number,
    at,
    level: levelOf(event.level),
    message,
    ...(task !== undefined && { task }),
    ...(name !== undefined && { user: name }),
  };
}

export function lineKey(run: number, number: number): string {
  return `${run}:${number}`;
}

/**
 * Lines that were read, oldest first, and those that were heard and are not among them. Lists go from run to run and
 * runs write at the same time, so the lines are put in the order in which they were written.
 */
export function joined(read: readonly ShownLine[], heard: readonly ShownLine[]): ShownLine[] {
  const keys = new Set(read.map(({ key }) => key));
  const runs = new Set(read.map(({ run }) => run));
  // A line without a number cannot be compared: the run's lines were read after it, or it is new.
  const isNew = ({ key, run, number }: ShownLine) =>
    number === null ? !runs.has(run) : !keys.has(key);
  return [...read, ...heard.filter(isNew)].sort(byTime);
}

/** Sorting is stable: lines of one instant, and those whose time nobody knows, stay as they stood. */
function byTime(one: ShownLine, other: ShownLine): number {
  if (one.run === other.run && one.number !== null && other.number !== null) {
    return one.number - other.number;
  }
  if (one.at === null || other.at === null || one.at === other.at) return 0;
  return one.at < other.at ? -1 : 1;
}

/** The lines as a file: one line each, in the order in which they are shown. */
export function asText(lines: readonly ShownLine[]): string {
  return lines
    .map(({ at, level, user, task, run, number, message }) =>
      [
        at ?? '-',
        level.toUpperCase().padEnd(5),
        ...(user === undefined ? [] : [user]),
        task ?? '-',
        run === null ? '-' : `run=${run}`,
        number === null ? '-' : `line=${number}`,
        message.replaceAll('\n', '\\n'),
      ].join(' '),
    )
    .map((line) => `${line}\n`)
    .join('');
}

export function asFile(lines: readonly ShownLine[]): Blob {
  return new Blob([asText(lines)], { type: 'text/plain;charset=utf-8' });
}

/** `prahari-log-2026-11-27.txt`, by the last line. */
export function fileName(lines: readonly ShownLine[]): string {
  const at = lines.at(-1)?.at;
  return `prahari-log${at ? `-${dayOf(at)}` : ''}.txt`;
}
